#include "shortlist/factors/factor_kernels.h"

#include <cmath>

#include "shortlist/math/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "shortlist/factors/factor_kernels.cc"
#include <hwy/foreach_target.h>

#include "shortlist/math/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {

// Joins lanes j and j + n/2, then j + n/4, and so on: the order of join_lanes(), in registers.
template <class D>
HWY_INLINE float sum_halves(D d, hn::Vec<D> v) {
  if constexpr (hn::MaxLanes(d) == 1) {
    return hn::GetLane(v);
  } else {
    const hn::Half<D> half;
    return sum_halves(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
}

HWY_INLINE float sum_of(Vector (&lanes)[kSumVectors]) {
  for (size_t half = kSumVectors / 2; half > 0; half /= 2) {
    for (size_t v = 0; v < half; ++v) lanes[v] = hn::Add(lanes[v], lanes[v + half]);
  }
  return sum_halves(kFloats, lanes[0]);
}

template <size_t kRows>
HWY_INLINE void dots(const float* const (&rows)[kRows], const float* p, size_t width, float (&out)[kRows]) {
  Vector sums[kRows][kSumVectors];
  for (auto& lanes : sums) {
    for (Vector& lane : lanes) lane = zero();
  }
  for (size_t k = 0; k < width; k += kSumLanes) {
#pragma GCC unroll 4
    for (size_t v = 0; v < kSumVectors; ++v) {
      const Vector at = hn::LoadU(kFloats, p + k + v * kLanes);
#pragma GCC unroll 4
      for (size_t r = 0; r < kRows; ++r)
        sums[r][v] = hn::MulAdd(hn::LoadU(kFloats, rows[r] + k + v * kLanes), at, sums[r][v]);
    }
  }
#pragma GCC unroll 4
  for (size_t r = 0; r < kRows; ++r) out[r] = sum_of(sums[r]);
}

template <size_t kRows>
HWY_INLINE void add_rows(const float* const (&rows)[kRows], const float (&weights)[kRows], size_t width,
                         float* out) {
  Vector factors[kRows];
#pragma GCC unroll 4
  for (size_t r = 0; r < kRows; ++r) factors[r] = set(weights[r]);
  for (size_t k = 0; k < width; k += kLanes) {
    Vector sum = hn::LoadU(kFloats, out + k);
#pragma GCC unroll 4
    for (size_t r = 0; r < kRows; ++r) sum = hn::MulAdd(factors[r], hn::LoadU(kFloats, rows[r] + k), sum);
    hn::StoreU(sum, kFloats, out + k);
  }
}

float dot_factors(const float* a, const float* b, size_t width) {
  const float* const rows[1] = {a};
  float out[1];
  dots(rows, b, width, out);
  return out[0];
}

void add_projections(const ConstMatrix& rows, const float* weights, const float* p, float* out) {
  size_t r = 0;
  for (; r + 4 <= rows.rows; r += 4) {
    const float* const four[4] = {rows.row(r), rows.row(r + 1), rows.row(r + 2), rows.row(r + 3)};
    float scale[4];
    dots(four, p, rows.cols, scale);
    for (size_t i = 0; i < 4; ++i) scale[i] *= weights[r + i];
    add_rows(four, scale, rows.cols, out);
  }
  for (; r < rows.rows; ++r) {
    const float* const one[1] = {rows.row(r)};
    float scale[1];
    dots(one, p, rows.cols, scale);
    scale[0] *= weights[r];
    add_rows(one, scale, rows.cols, out);
  }
}

void add_weighted_rows(const ConstMatrix& rows, const float* weights, float* out) {
  size_t r = 0;
  for (; r + 4 <= rows.rows; r += 4) {
    const float* const four[4] = {rows.row(r), rows.row(r + 1), rows.row(r + 2), rows.row(r + 3)};
    add_rows(four, {weights[r], weights[r + 1], weights[r + 2], weights[r + 3]}, rows.cols, out);
  }
  for (; r < rows.rows; ++r) add_rows<1>({rows.row(r)}, {weights[r]}, rows.cols, out);
}

// to -= scale from, over [begin, end).
HWY_INLINE void subtract_scaled(float scale, const float* from, float* to, size_t begin, size_t end) {
  const Vector factor = set(scale);
  for_vectors(begin, end,
              [&](auto at) HWY_ATTR { at.store(hn::NegMulAdd(factor, at.load(from), at.load(to)), to); });
}

// Row by row from the top: each row of U is subtracted from the rows below it.
bool factorize(const Matrix& a, float least_pivot) {
  const size_t n = a.rows;
  for (size_t k = 0; k < n; ++k) {
    float* const pivot = a.row(k);
    if (!(pivot[k] > least_pivot) || !std::isfinite(pivot[k])) return false;
    const float scale = 1 / std::sqrt(pivot[k]);
    for (size_t c = k; c < n; ++c) pivot[c] *= scale;
    for (size_t r = k + 1; r < n; ++r) subtract_scaled(pivot[r], pivot, a.row(r), r, n);
  }
  return true;
}

void solve_factorized(const ConstMatrix& u, float* x) {
  const size_t n = u.rows;
  for (size_t k = 0; k < n; ++k) {
    x[k] /= u(k, k);
    subtract_scaled(x[k], u.row(k), x, k + 1, n);
  }
  for (size_t k = n; k-- > 0;) {
    float sum = 0;
    for (size_t c = k + 1; c < n; ++c) sum = std::fma(u(k, c), x[c], sum);
    x[k] = (x[k] - sum) / u(k, k);
  }
}

// x . (yi - yj)
HWY_INLINE float dot_difference(const float* x, const float* yi, const float* yj, size_t width) {
  Vector lanes[kSumVectors];
  for (Vector& lane : lanes) lane = zero();
  for (size_t k = 0; k < width; k += kSumLanes) {
#pragma GCC unroll 4
    for (size_t v = 0; v < kSumVectors; ++v) {
      const size_t at = k + v * kLanes;
      const Vector difference = hn::Sub(hn::LoadU(kFloats, yi + at), hn::LoadU(kFloats, yj + at));
      lanes[v] = hn::MulAdd(hn::LoadU(kFloats, x + at), difference, lanes[v]);
    }
  }
  return sum_of(lanes);
}

bool bpr_step(const BprStep& step, float* x, float* yi, float* yj, float* bi, float* bj, float weight) {
  const float margin = dot_difference(x, yi, yj, step.width) + *bi - *bj;
  const float slope = step.rate * weight / (1 + std::exp(margin));
  const float keep = step.kept();
  const Vector gain = set(slope), kept = set(keep);
  for (size_t k = 0; k < step.width; k += kLanes) {
    const Vector user = hn::LoadU(kFloats, x + k), good = hn::LoadU(kFloats, yi + k),
                 bad = hn::LoadU(kFloats, yj + k);
    hn::StoreU(hn::MulAdd(gain, hn::Sub(good, bad), hn::Mul(kept, user)), kFloats, x + k);
    hn::StoreU(hn::MulAdd(gain, user, hn::Mul(kept, good)), kFloats, yi + k);
    hn::StoreU(hn::NegMulAdd(gain, user, hn::Mul(kept, bad)), kFloats, yj + k);
  }
  *bi = keep * *bi + slope;
  *bj = keep * *bj - slope;
  return margin > 0;
}

float bpr_step_of_user(const BprStep& step, float* x, const float* yi, const float* yj, float lead,
                       float weight) {
  const float margin = dot_difference(x, yi, yj, step.width) + lead;
  const float slope = step.rate * weight / (1 + std::exp(margin));
  const Vector gain = set(slope), kept = set(step.kept());
  for (size_t k = 0; k < step.width; k += kLanes) {
    const Vector difference = hn::Sub(hn::LoadU(kFloats, yi + k), hn::LoadU(kFloats, yj + k));
    hn::StoreU(hn::MulAdd(gain, difference, hn::Mul(kept, hn::LoadU(kFloats, x + k))), kFloats, x + k);
  }
  return slope;
}

void step_towards(float error, float rate, float regularization, float* x, float* y, size_t width,
                  float parts) {
  const Vector gain = set(rate * error), gain_of_x = set(parts * rate * error),
               keep = set(1 - rate * regularization);
  for (size_t k = 0; k < width; k += kLanes) {
    const Vector a = hn::LoadU(kFloats, x + k), b = hn::LoadU(kFloats, y + k);
    hn::StoreU(hn::MulAdd(gain_of_x, b, hn::Mul(keep, a)), kFloats, x + k);
    hn::StoreU(hn::MulAdd(gain, a, hn::Mul(keep, b)), kFloats, y + k);
  }
}

void decay_and_add(float keep, float* x, float gain, const float* y, size_t width) {
  const Vector kept = set(keep), gains = set(gain);
  for (size_t k = 0; k < width; k += kLanes) {
    const Vector other = hn::LoadU(kFloats, y + k);
    hn::StoreU(hn::MulAdd(gains, other, hn::Mul(kept, hn::LoadU(kFloats, x + k))), kFloats, x + k);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shortlist {

HWY_EXPORT(dot_factors);
HWY_EXPORT(add_projections);
HWY_EXPORT(add_weighted_rows);
HWY_EXPORT(factorize);
HWY_EXPORT(solve_factorized);
HWY_EXPORT(bpr_step);
HWY_EXPORT(bpr_step_of_user);
HWY_EXPORT(step_towards);
HWY_EXPORT(decay_and_add);

float dot_factors(const float* a, const float* b, size_t width) {
  return HWY_DYNAMIC_DISPATCH(dot_factors)(a, b, width);
}

void add_projections(ConstMatrix rows, std::span<const float> weights, const float* p, float* out) {
  SHORTLIST_CHECK(rows.cols % kFactorGroup == 0 && weights.size() == rows.rows);
  HWY_DYNAMIC_DISPATCH(add_projections)(rows, weights.data(), p, out);
}

void add_weighted_rows(ConstMatrix rows, std::span<const float> weights, float* out) {
  SHORTLIST_CHECK(rows.cols % kFactorGroup == 0 && weights.size() == rows.rows);
  HWY_DYNAMIC_DISPATCH(add_weighted_rows)(rows, weights.data(), out);
}

bool factorize(Matrix a, float least_pivot) {
  SHORTLIST_CHECK(a.rows == a.cols);
  return HWY_DYNAMIC_DISPATCH(factorize)(a, least_pivot);
}

void solve_factorized(ConstMatrix u, float* x) { HWY_DYNAMIC_DISPATCH(solve_factorized)(u, x); }

bool BprStep::operator()(float* x, float* yi, float* yj, float* bi, float* bj, float weight) const {
  return HWY_DYNAMIC_DISPATCH(bpr_step)(*this, x, yi, yj, bi, bj, weight);
}

float BprStep::of_user(float* x, const float* yi, const float* yj, float lead, float weight) const {
  return HWY_DYNAMIC_DISPATCH(bpr_step_of_user)(*this, x, yi, yj, lead, weight);
}

void step_towards(float error, float rate, float regularization, float* x, float* y, size_t width,
                  float parts) {
  HWY_DYNAMIC_DISPATCH(step_towards)(error, rate, regularization, x, y, width, parts);
}

void decay_and_add(float keep, float* x, float gain, const float* y, size_t width) {
  HWY_DYNAMIC_DISPATCH(decay_and_add)(keep, x, gain, y, width);
}

}  // namespace shortlist
#endif
