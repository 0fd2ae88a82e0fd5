// One vector of factors per user or item.
#pragma once

#include <algorithm>

#include "shortlist/base/random.h"
#include "shortlist/math/matrix.h"

namespace shortlist {

// Kernels read whole groups of this number of floats, so rows are padded with zeros.
inline constexpr size_t kFactorGroup = 16;
constexpr size_t padded_factors(size_t factors) {
  return (factors + kFactorGroup - 1) / kFactorGroup * kFactorGroup;
}

class FactorTable {
 public:
  FactorTable() = default;
  FactorTable(size_t rows, size_t factors)
      : rows_(rows), factors_(factors), data_(rows * padded_factors(factors)) {}

  FactorTable copy() const {
    FactorTable other(rows_, factors_);
    std::ranges::copy(data_.span(), other.data_.data());
    return other;
  }
  size_t rows() const { return rows_; }
  size_t factors() const { return factors_; }
  size_t stride() const { return padded_factors(factors_); }
  size_t memory_bytes() const { return rows_ * stride() * sizeof(float); }
  float* row(size_t r) { return data_.data() + r * stride(); }
  const float* row(size_t r) const { return data_.data() + r * stride(); }
  // With the padded columns, row after row.
  std::span<float> all() { return data_.span(); }
  std::span<const float> row_span(size_t r) const { return {row(r), factors_}; }
  // The padded columns are left out.
  Matrix view() { return {data_.data(), rows_, factors_, stride()}; }
  ConstMatrix view() const { return {data_.data(), rows_, factors_, stride()}; }
  // With the padded columns.
  ConstMatrix padded() const { return {data_.data(), rows_, stride(), stride()}; }

  // Normal with mean 0. Element c of row r has the counter r * factors + c, whatever else is drawn.
  void randomize(const RandomStream& draws, double deviation) {
    for (size_t r = 0; r < rows_; ++r) {
      for (size_t c = 0; c < factors_; ++c)
        row(r)[c] = static_cast<float>(deviation * draws.normal(r * factors_ + c));
    }
  }

 private:
  size_t rows_ = 0, factors_ = 0;
  Buffer data_;
};

}  // namespace shortlist
