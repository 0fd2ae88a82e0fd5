#include "shortlist/layers/initializer.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

// Deviation of a unit normal truncated at two deviations. Keras divides by it so that the truncated
// distribution has the requested deviation.
constexpr double kTruncatedDeviation = 0.87962566103423978;
constexpr double kDefaultDeviation = 0.05;

double truncated_normal(const RandomStream& stream, uint64_t index) {
  const RandomStream draws = stream.at(index);
  for (uint64_t i = 0;; ++i) {
    const double x = draws.normal(i);
    if (std::abs(x) <= 2) return x;
  }
}

void fill_uniform(const RandomStream& stream, double limit, Matrix w) {
  for (size_t i = 0; i < w.rows * w.cols; ++i) {
    w.data[i] = static_cast<float>((2 * stream.uniform(i) - 1) * limit);
  }
}

void fill_truncated(const RandomStream& stream, double deviation, Matrix w) {
  for (size_t i = 0; i < w.rows * w.cols; ++i) {
    w.data[i] = static_cast<float>(truncated_normal(stream, i) * deviation);
  }
}

// Orthonormal vectors by Gram and Schmidt, which is QR with a positive diagonal of R. Each vector is
// projected twice, against rounding.
void fill_orthogonal(const RandomStream& stream, Matrix w) {
  const size_t count = std::min(w.rows, w.cols), length = std::max(w.rows, w.cols);
  std::vector<double> vectors(count * length);
  for (size_t i = 0; i < vectors.size(); ++i) vectors[i] = stream.normal(i);
  for (size_t v = 0; v < count; ++v) {
    double* const own = &vectors[v * length];
    for (size_t i = 0; i < 2 * v; ++i) {
      const double* const other = &vectors[i % v * length];
      const double along = std::inner_product(own, own + length, other, 0.0);
      for (size_t k = 0; k < length; ++k) own[k] -= along * other[k];
    }
    const double norm = std::sqrt(std::inner_product(own, own + length, own, 0.0));
    for (size_t k = 0; k < length; ++k) own[k] /= norm;
  }
  for (size_t r = 0; r < w.rows; ++r) {
    for (size_t c = 0; c < w.cols; ++c)
      w(r, c) = static_cast<float>(w.rows > w.cols ? vectors[c * length + r] : vectors[r * length + c]);
  }
}

}  // namespace

void initialize(Initializer initializer, const RandomStream& stream, Matrix w) {
  SHORTLIST_CHECK(w.stride == w.cols);
  const double fan_in = std::max<double>(1, static_cast<double>(w.rows));
  const double fans = std::max<double>(1, static_cast<double>(w.rows + w.cols));
  switch (initializer) {
    case Initializer::zeros:
      return fill({w.data, w.rows * w.cols}, 0);
    case Initializer::ones:
      return fill({w.data, w.rows * w.cols}, 1);
    case Initializer::uniform:
      return fill_uniform(stream, kDefaultDeviation, w);
    case Initializer::normal:
      for (size_t i = 0; i < w.rows * w.cols; ++i)
        w.data[i] = static_cast<float>(stream.normal(i) * kDefaultDeviation);
      return;
    case Initializer::truncated_normal:
      return fill_truncated(stream, kDefaultDeviation, w);
    case Initializer::glorot_uniform:
      return fill_uniform(stream, std::sqrt(6 / fans), w);
    case Initializer::glorot_normal:
      return fill_truncated(stream, std::sqrt(2 / fans) / kTruncatedDeviation, w);
    case Initializer::he_uniform:
      return fill_uniform(stream, std::sqrt(6 / fan_in), w);
    case Initializer::he_normal:
      return fill_truncated(stream, std::sqrt(2 / fan_in) / kTruncatedDeviation, w);
    case Initializer::lecun_uniform:
      return fill_uniform(stream, std::sqrt(3 / fan_in), w);
    case Initializer::lecun_normal:
      return fill_truncated(stream, std::sqrt(1 / fan_in) / kTruncatedDeviation, w);
    case Initializer::orthogonal:
      return fill_orthogonal(stream, w);
  }
}

double regularize(const Regularizer& regularizer, std::span<const float> w, std::span<float> dw) {
  double penalty = 0;
  if (regularizer.l2 != 0) {
    penalty += regularizer.l2 * static_cast<double>(sum_of_squares(w));
    if (!dw.empty()) add_scaled(w, 2 * regularizer.l2, dw);
  }
  if (regularizer.l1 != 0) {
    double total = 0;
    for (float x : w) total += std::abs(x);
    penalty += regularizer.l1 * total;
    for (size_t i = 0; i < dw.size(); ++i)
      dw[i] += w[i] > 0 ? regularizer.l1 : w[i] < 0 ? -regularizer.l1 : 0;
  }
  return penalty;
}

}  // namespace shortlist
