#include "shortlist/recommend/embedding_map.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace shortlist {
namespace {

using Vector = std::vector<double>;

constexpr size_t kSample = 20'000;
constexpr int kRounds = 200;

Vector mean_of(ConstMatrix rows) {
  Vector mean(rows.cols);
  for (size_t r = 0; r < rows.rows; ++r)
    for (size_t c = 0; c < rows.cols; ++c) mean[c] += rows(r, c);
  for (double& m : mean) m /= static_cast<double>(rows.rows);
  return mean;
}

// Uses every `step`-th row. The result is row-major.
Vector covariance_of(ConstMatrix rows, const Vector& mean, size_t step) {
  const size_t n = rows.cols;
  Vector covariance(n * n), centred(n);
  for (size_t r = 0; r < rows.rows; r += step) {
    for (size_t c = 0; c < n; ++c) centred[c] = rows(r, c) - mean[c];
    for (size_t i = 0; i < n; ++i)
      for (size_t j = 0; j < n; ++j) covariance[i * n + j] += centred[i] * centred[j];
  }
  return covariance;
}

double dot(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

Vector multiply(const Vector& matrix, const Vector& v) {
  Vector product(v.size());
  for (size_t i = 0; i < v.size(); ++i)
    for (size_t j = 0; j < v.size(); ++j) product[i] += matrix[i * v.size() + j] * v[j];
  return product;
}

// Makes `v` orthogonal to `other` and of unit length, or zeros if nothing is left.
void make_unit(Vector& v, const Vector* other) {
  if (other != nullptr) {
    const double along = dot(v, *other);
    for (size_t i = 0; i < v.size(); ++i) v[i] -= along * (*other)[i];
  }
  const double length = std::sqrt(dot(v, v));
  for (double& x : v) x = length > 1e-12 ? x / length : 0;
}

// The eigenvector of the largest eigenvalue, orthogonal to `other`, by power iteration. Its element with the
// largest absolute value is positive.
Vector principal_axis(const Vector& covariance, size_t n, const Vector* other) {
  Vector axis(n);
  for (size_t i = 0; i < n; ++i) axis[i] = 1 + 0.1 * static_cast<double>(i % 7);
  make_unit(axis, other);
  for (int round = 0; round < kRounds; ++round) {
    axis = multiply(covariance, axis);
    make_unit(axis, other);
  }
  const auto largest = std::ranges::max_element(axis, {}, [](double x) { return std::abs(x); });
  if (largest != axis.end() && *largest < 0)
    for (double& x : axis) x = -x;
  return axis;
}

}  // namespace

EmbeddingMap map_embeddings(ConstMatrix embeddings) {
  const size_t n = embeddings.cols;
  EmbeddingMap map;
  if (embeddings.rows == 0) return map;
  const Vector mean = mean_of(embeddings);
  const Vector covariance = covariance_of(embeddings, mean, (embeddings.rows + kSample - 1) / kSample);
  const Vector first = principal_axis(covariance, n, nullptr), second = principal_axis(covariance, n, &first);
  double farthest = 0;
  for (size_t r = 0; r < embeddings.rows; ++r) {
    double x = 0, y = 0;
    for (size_t c = 0; c < n; ++c) {
      x += (embeddings(r, c) - mean[c]) * first[c];
      y += (embeddings(r, c) - mean[c]) * second[c];
    }
    farthest = std::max(farthest, std::hypot(x, y));
    map.x.push_back(static_cast<float>(x));
    map.y.push_back(static_cast<float>(y));
  }
  const auto scale = static_cast<float>(farthest > 0 ? 1 / farthest : 0);
  for (auto* coordinates : {&map.x, &map.y})
    for (float& c : *coordinates) c *= scale;
  double variance = 0;
  for (size_t i = 0; i < n; ++i) variance += covariance[i * n + i];
  const double shown = dot(first, multiply(covariance, first)) + dot(second, multiply(covariance, second));
  map.explained = variance > 0 ? shown / variance : 0;
  return map;
}

}  // namespace shortlist
