// For tests only: matrices with guards around them, for products of odd sizes.
#pragma once

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/base/random.h"
#include "shortlist/math/matrix.h"

namespace shortlist {

inline constexpr float kGuard = 12345;
inline constexpr size_t kSizes[] = {0, 1, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 100};

// Random values in rows with `gap` floats between them and one row after, which must not change.
struct Sample {
  Sample(size_t rows, size_t cols, size_t gap, std::string_view name)
      : values((rows + 1) * (cols + gap) + Buffer::kSlack, kGuard),
        matrix{values.data(), rows, cols, cols + gap} {
    const RandomStream random(rows * 1000 + cols, name);
    for (size_t r = 0; r < rows; ++r) {
      for (size_t c = 0; c < cols; ++c) matrix(r, c) = static_cast<float>(random.normal(r * cols + c));
    }
  }
  std::vector<float> values;
  Matrix matrix;
};

inline Sample transposed(const Sample& from, size_t gap) {
  Sample to(from.matrix.cols, from.matrix.rows, gap, "");
  for (size_t r = 0; r < to.matrix.rows; ++r) {
    for (size_t c = 0; c < to.matrix.cols; ++c) to.matrix(r, c) = from.matrix(c, r);
  }
  return to;
}

// Bitwise equal with fused multiply-add; otherwise to 1e-6 of the magnitude of a sum of `inner` products.
inline ::testing::AssertionResult agree(const Sample& got, const Sample& expected, bool fused, size_t inner) {
  const double tolerance = fused ? 0 : 1e-6 * static_cast<double>(inner + 1);
  for (size_t i = 0; i < got.values.size(); ++i) {
    if (!(std::abs(got.values[i] - expected.values[i]) <= tolerance)) {
      return ::testing::AssertionFailure()
             << "row " << i / got.matrix.stride << ", column " << i % got.matrix.stride << ": "
             << got.values[i] << ", not " << expected.values[i];
    }
  }
  return ::testing::AssertionSuccess();
}

struct Shape {
  size_t rows, inner, cols, gap;
  bool add = false;
  std::string text() const { return fmt::format("{} x {} x {}, add {}", rows, inner, cols, add); }
};

}  // namespace shortlist
