#include "shortlist/layers/initializer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace shortlist {
namespace {

constexpr size_t kFanIn = 200, kFanOut = 100;

Buffer drawn(Initializer initializer, std::string_view name = "w") {
  Buffer w(kFanIn, kFanOut);
  initialize(initializer, RandomStream(1, name), w.view(kFanIn, kFanOut));
  return w;
}

// The deviation, and the bound of the values.
struct Expected {
  Initializer initializer;
  double deviation, bound;
};

TEST(Initializer, HasTheMomentsAndBoundsOfKeras) {
  // A uniform distribution has deviation bound / sqrt(3). Truncated normals are widened so that they have the
  // requested deviation after truncation; truncated_normal itself is not.
  constexpr double kCut = 0.87962566103423978;
  const auto uniform = [](Initializer i, double bound) { return Expected{i, bound / std::sqrt(3), bound}; };
  const auto cut = [](Initializer i, double deviation) {
    return Expected{i, deviation, 2 * deviation / kCut};
  };
  for (const Expected& e :
       {uniform(Initializer::uniform, 0.05), uniform(Initializer::glorot_uniform, std::sqrt(6.0 / 300)),
        uniform(Initializer::he_uniform, std::sqrt(6.0 / 200)),
        uniform(Initializer::lecun_uniform, std::sqrt(3.0 / 200)),
        cut(Initializer::truncated_normal, 0.05 * kCut),
        cut(Initializer::glorot_normal, std::sqrt(2.0 / 300)),
        cut(Initializer::he_normal, std::sqrt(2.0 / 200)),
        cut(Initializer::lecun_normal, std::sqrt(1.0 / 200)),
        Expected{Initializer::normal, 0.05, 0.05 * 5}}) {
    SCOPED_TRACE(enum_name(e.initializer));
    const Buffer w = drawn(e.initializer);
    double sum = 0, squares = 0, largest = 0;
    for (float x : w.span()) {
      sum += x;
      squares += static_cast<double>(x) * x;
      largest = std::max<double>(largest, std::abs(x));
    }
    const double n = static_cast<double>(w.size());
    EXPECT_NEAR(sum / n, 0, 4 * e.deviation / std::sqrt(n));
    EXPECT_NEAR(std::sqrt(squares / n), e.deviation, 0.02 * e.deviation);
    EXPECT_LE(largest, e.bound * (1 + 1e-6));
    EXPECT_GT(largest, e.bound * (e.initializer == Initializer::normal ? 0.6 : 0.99));
  }
}

TEST(Initializer, FillsWithZerosAndOnes) {
  const Buffer zeros = drawn(Initializer::zeros), ones = drawn(Initializer::ones);
  EXPECT_EQ(static_cast<size_t>(std::ranges::count(zeros.span(), 0.0f)), kFanIn * kFanOut);
  EXPECT_EQ(static_cast<size_t>(std::ranges::count(ones.span(), 1.0f)), kFanIn * kFanOut);
}

TEST(Initializer, AnElementDependsOnTheStreamAndItsPositionAlone) {
  const Buffer w = drawn(Initializer::truncated_normal),
               other = drawn(Initializer::truncated_normal, "other");
  Buffer start(3, 2);
  initialize(Initializer::truncated_normal, RandomStream(1, "w"), start.view(3, 2));
  EXPECT_TRUE(std::equal(start.span().begin(), start.span().end(), w.data()));
  EXPECT_NE(w.data()[0], other.data()[0]);
}

TEST(Regularizer, MatchesTheWorkedExample) {
  const std::vector<float> w = {1, -2, 0};
  std::vector<float> dw = {10, 10, 10};
  EXPECT_FLOAT_EQ(static_cast<float>(regularize({.l1 = 0.5f, .l2 = 0.25f}, w, dw)), 0.5f * 3 + 0.25f * 5);
  EXPECT_EQ(dw, (std::vector<float>{11, 8.5f, 10}));
}

}  // namespace
}  // namespace shortlist
