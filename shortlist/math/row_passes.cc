#include "shortlist/math/row_passes.h"

#include <cmath>

#include "shortlist/math/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "shortlist/math/row_passes.cc"
#include <hwy/foreach_target.h>

#include "shortlist/math/functions-inl.h"

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {

// The sum over columns of term(at); lanes past the end must be zero.
template <class Term>
HWY_INLINE float sum_columns(size_t columns, Term term) {
  Vector lanes[kSumVectors];
  for (Vector& lane : lanes) lane = zero();
  for_sum_lanes(columns, lanes, [&](auto at, Vector sum) HWY_ATTR { return hn::Add(sum, term(at)); });
  return join_lanes(lanes, Sum());
}

void normalize_rows(const ConstMatrix& x, float epsilon, std::span<const float> gamma,
                    std::span<const float> beta, const Matrix& moments, const Matrix& y) {
  const float share = 1 / static_cast<float>(x.cols);
  for (size_t r = 0; r < x.rows; ++r) {
    const float* from = x.row(r);
    float* to = y.row(r);
    const float mean = share * sum_columns(x.cols, [&](auto at) HWY_ATTR { return at.load(from); });
    const float variance = share * sum_columns(x.cols, [&](auto at) HWY_ATTR {
                             const Vector centred = at.only(hn::Sub(at.load(from), set(mean)));
                             return hn::Mul(centred, centred);
                           });
    const float inverse = 1 / std::sqrt(variance + epsilon);
    moments(r, 0) = mean, moments(r, 1) = inverse;
    for_vectors(0, x.cols, [&](auto at) HWY_ATTR {
      const Vector normalized = hn::Mul(hn::Sub(at.load(from), set(mean)), set(inverse));
      at.store(hn::MulAdd(at.load(gamma.data()), normalized, at.load(beta.data())), to);
    });
  }
}

void normalize_rows_gradient(const ConstMatrix& x, const ConstMatrix& moments, std::span<const float> gamma,
                             const ConstMatrix& dy, const Matrix& dx, bool add) {
  const float share = 1 / static_cast<float>(x.cols);
  for (size_t r = 0; r < x.rows; ++r) {
    const float *from = x.row(r), *gradient = dy.row(r);
    float* to = dx.row(r);
    const Vector mean = set(moments(r, 0)), inverse = set(moments(r, 1));
    const auto normalized = [&](auto at) HWY_ATTR { return hn::Mul(hn::Sub(at.load(from), mean), inverse); };
    const auto slope = [&](auto at) HWY_ATTR { return hn::Mul(at.load(gradient), at.load(gamma.data())); };
    const Vector mean_slope = set(share * sum_columns(x.cols, slope));
    const Vector along = set(
        share * sum_columns(x.cols, [&](auto at) HWY_ATTR { return hn::Mul(slope(at), normalized(at)); }));
    for_vectors(0, x.cols, [&](auto at) HWY_ATTR {
      const Vector rest = hn::NegMulAdd(normalized(at), along, hn::Sub(slope(at), mean_slope));
      const Vector d = hn::Mul(inverse, rest);
      at.store(add ? hn::Add(at.load(to), d) : d, to);
    });
  }
}

void normalize_rows_gradient_sums(const ConstMatrix& x, const ConstMatrix& moments, const ConstMatrix& dy,
                                  std::span<float> dgamma, std::span<float> dbeta) {
  for_column_groups(0, x.cols, [&]<size_t kCount, class At>(const Places<kCount, At>& places) HWY_ATTR {
    Vector of_gamma[kCount], of_beta[kCount];
    for (size_t v = 0; v < kCount; ++v) of_gamma[v] = of_beta[v] = zero();
    for (size_t r = 0; r < x.rows; ++r) {
      const Vector mean = set(moments(r, 0)), inverse = set(moments(r, 1));
#pragma GCC unroll 4
      for (size_t v = 0; v < kCount; ++v) {
        const Vector d = places.at[v].load(dy.row(r));
        const Vector normalized = hn::Mul(hn::Sub(places.at[v].load(x.row(r)), mean), inverse);
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

void softmax_gradient(std::span<const float> p, float mean, float scale, std::span<float> dp) {
  const Vector shift = set(mean), factor = set(scale);
  for_vectors(0, dp.size(), [&](auto at) HWY_ATTR {
    const Vector d = hn::Mul(hn::Sub(at.load(dp.data()), shift), factor);
    at.store(hn::Mul(at.load(p.data()), d), dp.data());
  });
}

void gru_step(std::span<const uint32_t> rows, const ConstMatrix& inner, const Matrix& gates,
              const Matrix& before, const Matrix& state, const Matrix& y) {
  const size_t units = state.cols;
  for (size_t i = 0; i < rows.size(); ++i) {
    float *u = gates.row(rows[i]), *z = u + units, *r = z + units, *c = r + units;
    const float *z_inner = inner.row(i), *r_inner = z_inner + units, *c_inner = r_inner + units;
    float *h = state.row(i), *old = before.row(rows[i]), *out = y.row(rows[i]);
    for_vectors(0, units, [&](auto at) HWY_ATTR {
      const Vector update = sigmoid(hn::Add(at.load(z), at.load(z_inner)));
      const Vector reset = sigmoid(hn::Add(at.load(r), at.load(r_inner)));
      const Vector recurrent = at.load(c_inner), state_before = at.load(h);
      const Vector candidate = tanh(hn::MulAdd(reset, recurrent, at.load(c)));
      const Vector after = hn::MulAdd(update, hn::Sub(state_before, candidate), candidate);
      at.store(recurrent, u), at.store(update, z), at.store(reset, r), at.store(candidate, c);
      at.store(state_before, old), at.store(after, h), at.store(after, out);
    });
  }
}

void gru_step_gradient(std::span<const uint32_t> rows, const ConstMatrix& before, const ConstMatrix& dy,
                       const Matrix& gates, const Matrix& dstate, const Matrix& dinner) {
  const size_t units = dstate.cols;
  for (size_t i = 0; i < rows.size(); ++i) {
    float *u = gates.row(rows[i]), *z = u + units, *r = z + units, *c = r + units;
    float *dz_inner = dinner.row(i), *dr_inner = dz_inner + units, *dc_inner = dr_inner + units;
    const float *old = before.row(rows[i]), *given = dy.row(rows[i]);
    float* carried = dstate.row(i);
    for_vectors(0, units, [&](auto at) HWY_ATTR {
      const Vector dh = hn::Add(at.load(carried), at.load(given));
      const Vector update = at.load(z), reset = at.load(r), candidate = at.load(c);
      const Vector kept = hn::Sub(set(1), update);
      const Vector dupdate = hn::Mul(hn::Mul(dh, hn::Sub(at.load(old), candidate)), hn::Mul(update, kept));
      const Vector dcandidate = hn::Mul(hn::Mul(dh, kept), hn::NegMulAdd(candidate, candidate, set(1)));
      const Vector dreset = hn::Mul(hn::Mul(dcandidate, at.load(u)), hn::Mul(reset, hn::Sub(set(1), reset)));
      const Vector drecurrent = hn::Mul(dcandidate, reset);
      at.store(drecurrent, u), at.store(dupdate, z), at.store(dreset, r), at.store(dcandidate, c);
      at.store(dupdate, dz_inner), at.store(dreset, dr_inner), at.store(drecurrent, dc_inner);
      at.store(hn::Mul(dh, update), carried);
    });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shortlist {

HWY_EXPORT(normalize_rows);
HWY_EXPORT(normalize_rows_gradient);
HWY_EXPORT(normalize_rows_gradient_sums);
HWY_EXPORT(softmax_gradient);
HWY_EXPORT(gru_step);
HWY_EXPORT(gru_step_gradient);

namespace {

bool same_shape(const ConstMatrix& a, const ConstMatrix& b) { return a.rows == b.rows && a.cols == b.cols; }
bool are_moments(const ConstMatrix& moments, const ConstMatrix& x) {
  return moments.rows == x.rows && moments.cols == 2;
}

}  // namespace

void normalize_rows(ConstMatrix x, float epsilon, std::span<const float> gamma, std::span<const float> beta,
                    Matrix moments, Matrix y) {
  SHORTLIST_CHECK(same_shape(x, y) && are_moments(moments, x));
  SHORTLIST_CHECK(gamma.size() == x.cols && beta.size() == x.cols);
  HWY_DYNAMIC_DISPATCH(normalize_rows)(x, epsilon, gamma, beta, moments, y);
}

void normalize_rows_gradient(ConstMatrix x, ConstMatrix moments, std::span<const float> gamma, ConstMatrix dy,
                             Matrix dx, bool add) {
  SHORTLIST_CHECK(same_shape(x, dy) && same_shape(x, dx) && are_moments(moments, x));
  SHORTLIST_CHECK(gamma.size() == x.cols);
  HWY_DYNAMIC_DISPATCH(normalize_rows_gradient)(x, moments, gamma, dy, dx, add);
}

void normalize_rows_gradient_sums(ConstMatrix x, ConstMatrix moments, ConstMatrix dy, std::span<float> dgamma,
                                  std::span<float> dbeta) {
  SHORTLIST_CHECK(same_shape(x, dy) && are_moments(moments, x));
  SHORTLIST_CHECK(dgamma.size() == x.cols && dbeta.size() == x.cols);
  HWY_DYNAMIC_DISPATCH(normalize_rows_gradient_sums)(x, moments, dy, dgamma, dbeta);
}

void softmax_gradient(std::span<const float> p, float mean, float scale, std::span<float> dp) {
  SHORTLIST_CHECK(p.size() == dp.size());
  HWY_DYNAMIC_DISPATCH(softmax_gradient)(p, mean, scale, dp);
}

void gru_step(std::span<const uint32_t> rows, ConstMatrix inner, Matrix gates, Matrix before, Matrix state,
              Matrix y) {
  SHORTLIST_CHECK(inner.rows == rows.size() && state.rows == rows.size());
  SHORTLIST_CHECK(inner.cols == 3 * state.cols && gates.cols == 4 * state.cols);
  HWY_DYNAMIC_DISPATCH(gru_step)(rows, inner, gates, before, state, y);
}

void gru_step_gradient(std::span<const uint32_t> rows, ConstMatrix before, ConstMatrix dy, Matrix gates,
                       Matrix dstate, Matrix dinner) {
  SHORTLIST_CHECK(dinner.rows == rows.size() && dstate.rows == rows.size());
  SHORTLIST_CHECK(dinner.cols == 3 * dstate.cols && gates.cols == 4 * dstate.cols);
  HWY_DYNAMIC_DISPATCH(gru_step_gradient)(rows, before, dy, gates, dstate, dinner);
}

}  // namespace shortlist
#endif
