#include "shortlist/math/block_passes.h"

#include <algorithm>

#include "shortlist/math/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "shortlist/math/block_passes.cc"
#include <hwy/foreach_target.h>

#include "shortlist/math/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {

// Values of the columns of a group.
template <size_t kCount>
using Row = Vector[kCount];
template <size_t kCount, class At>
HWY_INLINE void load(const Places<kCount, At>& places, const float* from, Row<kCount>& to) {
#pragma GCC unroll 4
  for (size_t v = 0; v < kCount; ++v) to[v] = places.at[v].load(from);
}

void normalize(const ConstMatrix& x, const Normalization& by, std::span<const float> beta, const Matrix& y) {
  for (size_t r = 0; r < x.rows; ++r) {
    const float* from = x.row(r);
    float* to = y.row(r);
    for_vectors(0, x.cols, [&](auto at) HWY_ATTR {
      const Vector centred = hn::Sub(at.load(from), at.load(by.mean.data()));
      const Vector normalized = hn::Mul(centred, at.load(by.inverse_deviation.data()));
      at.store(hn::MulAdd(at.load(by.gamma.data()), normalized, at.load(beta.data())), to);
    });
  }
}

void join_moments(float n, float more, std::span<const float> more_mean, std::span<const float> more_squares,
                  std::span<float> mean, std::span<float> squares) {
  const Vector share = set(more / (n + more)), spread = set(n * (more / (n + more)));
  for_vectors(0, mean.size(), [&](auto at) HWY_ATTR {
    const Vector apart = hn::Sub(at.load(more_mean.data()), at.load(mean.data()));
    const Vector sum = hn::Add(at.load(squares.data()), at.load(more_squares.data()));
    at.store(hn::MulAdd(apart, share, at.load(mean.data())), mean.data());
    at.store(hn::MulAdd(hn::Mul(apart, apart), spread, sum), squares.data());
  });
}

void normalize_gradient_sums(const ConstMatrix& x, const Normalization& by, const ConstMatrix& dy,
                             std::span<float> dgamma, std::span<float> dbeta) {
  constexpr size_t kAhead = 8, kLine = 16;
  for_column_groups(0, x.cols, [&]<size_t kCount, class At>(const Places<kCount, At>& places) HWY_ATTR {
    Row<kCount> mean, deviation, of_gamma, of_beta;
    load(places, by.mean.data(), mean);
    load(places, by.inverse_deviation.data(), deviation);
    for (size_t v = 0; v < kCount; ++v) of_gamma[v] = of_beta[v] = zero();
    for (size_t r = 0; r < x.rows; ++r) {
      // Only x needs prefetching: dy was computed just now, x long ago.
      const float* ahead = x.row(std::min(r + kAhead, x.rows - 1)) + places.at[0].i;
      for (size_t i = 0; i < kCount * kLanes; i += kLine) __builtin_prefetch(ahead + i);
#pragma GCC unroll 4
      for (size_t v = 0; v < kCount; ++v) {
        const Vector d = places.at[v].load(dy.row(r));
        const Vector normalized = hn::Mul(hn::Sub(places.at[v].load(x.row(r)), mean[v]), deviation[v]);
        of_gamma[v] = hn::MulAdd(d, normalized, of_gamma[v]);
        of_beta[v] = hn::Add(of_beta[v], d);
      }
    }
    for (size_t v = 0; v < kCount; ++v) {
      places.at[v].store(of_gamma[v], dgamma.data());
      places.at[v].store(of_beta[v], dbeta.data());
    }
  });
}

void normalize_gradient(const ConstMatrix& x, const Normalization& by, const ConstMatrix& dy,
                        std::span<const float> share, std::span<const float> dgamma,
                        std::span<const float> dbeta, bool positive, const Matrix& dx, bool add) {
  for (size_t r = 0; r < x.rows; ++r) {
    const float *from = x.row(r), *gradient = dy.row(r);
    float* to = dx.row(r);
    const Vector of_row = set(share.empty() ? 0 : share[r]);
    for_vectors(0, x.cols, [&](auto at) HWY_ATTR {
      const Vector in = at.load(from), deviation = at.load(by.inverse_deviation.data());
      const Vector normalized = hn::Mul(hn::Sub(in, at.load(by.mean.data())), deviation);
      const Vector moved = hn::MulAdd(normalized, at.load(dgamma.data()), at.load(dbeta.data()));
      const Vector slope = hn::Mul(at.load(by.gamma.data()), deviation);
      Vector d = hn::Mul(slope, hn::NegMulAdd(of_row, moved, at.load(gradient)));
      if (positive) d = hn::IfThenElseZero(hn::Gt(in, zero()), d);
      at.store(add ? hn::Add(at.load(to), d) : d, to);
    });
  }
}

void cross(const ConstMatrix& x0, const ConstMatrix& x, const ConstMatrix& t, float diag_scale,
           const Matrix& y) {
  for (size_t r = 0; r < y.rows; ++r) {
    for_vectors(0, y.cols, [&](auto at) HWY_ATTR {
      const Vector own = at.load(x.row(r));
      const Vector inner = hn::MulAdd(set(diag_scale), own, at.load(t.row(r)));
      at.store(hn::MulAdd(at.load(x0.row(r)), inner, own), y.row(r));
    });
  }
}

void cross_gradient(const ConstMatrix& x0, const ConstMatrix& x, const ConstMatrix& t, float diag_scale,
                    const ConstMatrix& dy, const Matrix& dx0, bool add_x0, const Matrix& dx, bool add_x,
                    const Matrix& dt) {
  for (size_t r = 0; r < dy.rows; ++r) {
    for_vectors(0, dy.cols, [&](auto at) HWY_ATTR {
      const Vector d = at.load(dy.row(r)), first = at.load(x0.row(r));
      if (dx0.data != nullptr) {
        const Vector inner = hn::MulAdd(set(diag_scale), at.load(x.row(r)), at.load(t.row(r)));
        at.store(hn::MulAdd(d, inner, add_x0 ? at.load(dx0.row(r)) : zero()), dx0.row(r));
      }
      if (dx.data != nullptr) {
        const Vector direct = hn::MulAdd(set(diag_scale), first, set(1));
        at.store(hn::MulAdd(d, direct, add_x ? at.load(dx.row(r)) : zero()), dx.row(r));
      }
      at.store(hn::Mul(d, first), dt.row(r));
    });
  }
}

void sum_rows(const ConstMatrix& rows, std::span<const uint32_t> which, std::span<const float> weights,
              std::span<float> out) {
  for_vectors(0, out.size(), [&](auto at) HWY_ATTR {
    Vector sum = zero();
    for (size_t i = 0; i < which.size(); ++i) {
      const Vector row = at.load(rows.row(which[i]));
      sum = weights.empty() ? hn::Add(sum, row) : hn::MulAdd(set(weights[i]), row, sum);
    }
    at.store(sum, out.data());
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shortlist {

HWY_EXPORT(normalize);
HWY_EXPORT(join_moments);
HWY_EXPORT(normalize_gradient_sums);
HWY_EXPORT(normalize_gradient);
HWY_EXPORT(cross);
HWY_EXPORT(cross_gradient);
HWY_EXPORT(sum_rows);

namespace {

bool same_shape(const ConstMatrix& a, const ConstMatrix& b) { return a.rows == b.rows && a.cols == b.cols; }
bool fits(const Normalization& by, size_t columns) {
  return by.mean.size() >= columns && by.inverse_deviation.size() >= columns && by.gamma.size() >= columns;
}

}  // namespace

void normalize(ConstMatrix x, const Normalization& by, std::span<const float> beta, Matrix y) {
  SHORTLIST_CHECK(same_shape(x, y) && fits(by, x.cols) && beta.size() >= x.cols);
  HWY_DYNAMIC_DISPATCH(normalize)(x, by, beta, y);
}

void join_moments(float n, float more, std::span<const float> more_mean, std::span<const float> more_squares,
                  std::span<float> mean, std::span<float> squares) {
  SHORTLIST_CHECK(n + more > 0 && squares.size() == mean.size());
  SHORTLIST_CHECK(more_mean.size() == mean.size() && more_squares.size() == mean.size());
  HWY_DYNAMIC_DISPATCH(join_moments)(n, more, more_mean, more_squares, mean, squares);
}

void normalize_gradient_sums(ConstMatrix x, const Normalization& by, ConstMatrix dy, std::span<float> dgamma,
                             std::span<float> dbeta) {
  SHORTLIST_CHECK(same_shape(x, dy) && fits(by, x.cols));
  SHORTLIST_CHECK(dgamma.size() >= x.cols && dbeta.size() >= x.cols);
  HWY_DYNAMIC_DISPATCH(normalize_gradient_sums)(x, by, dy, dgamma, dbeta);
}

void normalize_gradient(ConstMatrix x, const Normalization& by, ConstMatrix dy, std::span<const float> share,
                        std::span<const float> dgamma, std::span<const float> dbeta, bool positive, Matrix dx,
                        bool add) {
  SHORTLIST_CHECK(same_shape(x, dy) && same_shape(x, dx) && fits(by, x.cols));
  SHORTLIST_CHECK(share.empty() || share.size() == x.rows);
  SHORTLIST_CHECK(dgamma.size() >= x.cols && dbeta.size() >= x.cols);
  HWY_DYNAMIC_DISPATCH(normalize_gradient)(x, by, dy, share, dgamma, dbeta, positive, dx, add);
}

void cross(ConstMatrix x0, ConstMatrix x, ConstMatrix t, float diag_scale, Matrix y) {
  SHORTLIST_CHECK(same_shape(x0, y) && same_shape(x, y) && same_shape(t, y));
  HWY_DYNAMIC_DISPATCH(cross)(x0, x, t, diag_scale, y);
}

void cross_gradient(ConstMatrix x0, ConstMatrix x, ConstMatrix t, float diag_scale, ConstMatrix dy,
                    Matrix dx0, bool add_x0, Matrix dx, bool add_x, Matrix dt) {
  SHORTLIST_CHECK(same_shape(x0, dy) && same_shape(x, dy) && same_shape(t, dy) && same_shape(dt, dy));
  HWY_DYNAMIC_DISPATCH(cross_gradient)(x0, x, t, diag_scale, dy, dx0, add_x0, dx, add_x, dt);
}

void sum_rows(ConstMatrix rows, std::span<const uint32_t> which, std::span<const float> weights,
              std::span<float> out) {
  SHORTLIST_CHECK(rows.cols == out.size() && (weights.empty() || weights.size() == which.size()));
  HWY_DYNAMIC_DISPATCH(sum_rows)(rows, which, weights, out);
}

}  // namespace shortlist
#endif
