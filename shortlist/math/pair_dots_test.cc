#include "shortlist/math/pair_dots.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "shortlist/base/random.h"
#include "shortlist/testing/reference.h"

namespace shortlist {
namespace {

constexpr float kGuard = -77;
constexpr size_t kRows = 5;

// Random numbers in rows with gaps between them, surrounded by guards.
struct Block {
  Block(size_t cols, uint64_t seed) : values((kRows + 1) * (cols + 3), kGuard), cols(cols) {
    const RandomStream random(seed, "pair dots");
    for (size_t i = 0; i < kRows * cols; ++i)
      view()(i / cols, i % cols) = static_cast<float>(random.normal(i));
  }
  Matrix view() { return {values.data(), kRows, cols, cols + 3}; }
  std::vector<float> values;
  size_t cols;
};

// Bitwise equal with fused multiply-add.
void expect_equal(const Block& got, const Block& expected, bool fused, size_t terms) {
  const double tolerance = fused ? 0 : 1e-6 * static_cast<double>(terms + 1);
  for (size_t i = 0; i < got.values.size(); ++i)
    ASSERT_NEAR(got.values[i], expected.values[i], tolerance) << "number " << i;
}

struct Case {
  size_t count, width;
  bool self;

  size_t pairs() const { return count * (self ? count + 1 : count - 1) / 2; }
  std::vector<Block> blocks(uint64_t seed) const {
    std::vector<Block> all;
    for (size_t i = 0; i < count; ++i) all.emplace_back(width, seed + i);
    return all;
  }
  std::string text() const { return fmt::format("{} vectors of {}, self {}", count, width, self); }
};

template <typename View>
std::vector<View> views(std::vector<Block>& blocks) {
  std::vector<View> all;
  for (Block& block : blocks) all.push_back(block.view());
  return all;
}

void expect_dots(const Case& c, bool fused) {
  std::vector<Block> x = c.blocks(1);
  Block got(c.pairs(), 100), expected = got;
  std::vector<float> scratch(pair_dots_scratch(c.count, c.width), std::numeric_limits<float>::quiet_NaN());
  pair_dots(views<ConstMatrix>(x), {1, kRows}, c.self, scratch, got.view());
  for (size_t r = 1; r < kRows; ++r) {
    float* y = expected.view().row(r);
    for (size_t i = 0; i < c.count; ++i) {
      for (size_t j = 0; j < i + c.self; ++j, ++y) {
        *y = 0;
        for (size_t k = 0; k < c.width; ++k) *y = std::fma(x[i].view()(r, k), x[j].view()(r, k), *y);
      }
    }
  }
  expect_equal(got, expected, fused, c.width);
}

// Overwrites the first gradient, adds to the second, skips the third, and so on.
void expect_gradients(const Case& c, bool fused) {
  std::vector<Block> x = c.blocks(1), got = c.blocks(50), expected = got;
  Block dy(c.pairs(), 100);
  std::vector<Matrix> dx = views<Matrix>(got);
  std::vector<uint8_t> add(c.count);
  for (size_t i = 0; i < c.count; ++i) {
    if (i % 3 == 1) add[i] = 1;
    if (i % 3 == 2) dx[i] = Matrix();
  }
  pair_dots_gradient(views<ConstMatrix>(x), {1, kRows}, c.self, dy.view(), dx, add);
  const auto of_pair = [&](size_t r, size_t i, size_t j) {
    if (i == j && !c.self) return 0.0f;
    const size_t high = std::max(i, j), begin = high * (c.self ? high + 1 : high - 1) / 2;
    return dy.view()(r, begin + std::min(i, j)) * (i == j ? 2 : 1);
  };
  for (size_t i = 0; i < c.count; ++i) {
    for (size_t r = 1; r < kRows && i % 3 != 2; ++r) {
      for (size_t k = 0; k < c.width; ++k) {
        float sum = 0;
        for (size_t j = 0; j < c.count; ++j) sum = std::fma(of_pair(r, i, j), x[j].view()(r, k), sum);
        expected[i].view()(r, k) = add[i] ? expected[i].view()(r, k) + sum : sum;
      }
    }
    SCOPED_TRACE(fmt::format("vector {}", i));
    expect_equal(got[i], expected[i], fused, c.count);
  }
}

TEST(PairDots, AgreeWithPlainSumsAtOddSizes) {
  reference::for_each_target([](const std::string& target, bool fused) {
    for (size_t count : {2, 3, 4, 5, 8, 12, 13, 17, 27, 33}) {
      for (size_t width : {1, 3, 4, 7, 8, 16, 19, 32}) {
        for (bool self : {false, true}) {
          const Case c{count, width, self};
          SCOPED_TRACE(target + ", " + c.text());
          expect_dots(c, fused);
          expect_gradients(c, fused);
        }
      }
    }
  });
}

TEST(PairDots, OneVectorMeetsItself) {
  const Case c{1, 5, true};
  expect_dots(c, false);
  expect_gradients(c, false);
}

}  // namespace
}  // namespace shortlist
