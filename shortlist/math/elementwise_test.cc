#include "shortlist/math/elementwise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "shortlist/base/random.h"
#include "shortlist/testing/reference.h"

namespace shortlist {
namespace {

using Floats = std::vector<float>;
constexpr size_t kSizes[] = {0, 1, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 100};
constexpr float kInfinity = std::numeric_limits<float>::infinity();

Floats normal(size_t n, std::string_view name) {
  Floats values(n);
  for (size_t i = 0; i < n; ++i) values[i] = static_cast<float>(RandomStream(n, name).normal(i));
  return values;
}

// Runs test(n, fused) on every target at every size.
template <class Test>
void at_odd_sizes(Test test) {
  reference::for_each_target([&](const std::string& target, bool fused) {
    for (size_t n : kSizes) {
      SCOPED_TRACE(target + ", size " + std::to_string(n));
      test(n, fused);
    }
  });
}

// Bitwise equal if `fused`, otherwise to 1e-6.
void expect_same(float got, float expected, bool fused) {
  if (fused) {
    EXPECT_EQ(got, expected);
  } else {
    EXPECT_NEAR(got, expected, 1e-6 * std::max(10.0f, std::abs(expected)));
  }
}
void expect_same(std::span<const float> got, std::span<const float> expected, bool fused) {
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) expect_same(got[i], expected[i], fused);
}

// A pass over a copy of the first n of n + 1 values must not change the last one.
template <class Pass>
Floats guarded(Floats values, Pass pass) {
  const size_t n = values.size();
  values.push_back(777);
  pass(std::span(values).first(n));
  EXPECT_EQ(values.back(), 777);
  values.resize(n);
  return values;
}

TEST(Elementwise, PassesAgreeWithReference) {
  at_odd_sizes([](size_t n, bool fused) {
    const Floats x = normal(n, "x"), y = normal(n, "y"), z = normal(n, "z");
    Floats sums(n), scaled(n), products(n), added(n);
    for (size_t i = 0; i < n; ++i) {
      sums[i] = z[i] + x[i];
      scaled[i] = z[i] * 1.7f;
      added[i] = std::fma(x[i], 1.7f, z[i]);
      products[i] = std::fma(x[i], y[i], z[i]);
    }
    expect_same(guarded(z, [&](auto out) { add(x, out); }), sums, true);
    expect_same(guarded(z, [&](auto out) { scale(out, 1.7f); }), scaled, true);
    expect_same(guarded(z, [&](auto out) { add_scaled(x, 1.7f, out); }), added, fused);
    expect_same(guarded(z, [&](auto out) { multiply_add(x, y, out); }), products, fused);
    expect_same(guarded(z, [&](auto out) { fill(out, 3); }), Floats(n, 3), true);
  });
}

TEST(Elementwise, SumsRunInSixteenLanes) {
  at_odd_sizes([](size_t n, bool fused) {
    const Floats x = normal(n, "x"), y = normal(n, "y");
    expect_same(dot(x, y), reference::dot(x, y), fused);
    expect_same(sum(x), reference::sum(x), true);
    expect_same(sum_of_squares(x), reference::dot(x, x), fused);
  });
}

TEST(Elementwise, MaxIsTheLargestOrMinusInfinity) {
  at_odd_sizes([](size_t n, bool) {
    Floats x = normal(n, "x");
    if (n > 2) x[n / 2] = NAN;  // skipped
    float expected = -kInfinity;
    for (float v : x) expected = v > expected ? v : expected;
    EXPECT_EQ(max(x), expected);
  });
}

TEST(Elementwise, FindsWhatIsNotFiniteWhereverItStands) {
  at_odd_sizes([](size_t n, bool) {
    const Floats x = normal(n, "x");
    EXPECT_TRUE(all_finite(x));
    for (size_t i = 0; i < n; ++i) {
      for (float bad : {kInfinity, -kInfinity, NAN}) {
        Floats with_bad = x;
        with_bad[i] = bad;
        EXPECT_FALSE(all_finite(with_bad)) << bad << " at " << i;
      }
    }
  });
}

TEST(Elementwise, CountsGreaterAndEqualScores) {
  at_odd_sizes([](size_t n, bool) {
    Floats scores(n);
    size_t greater = 0, equal = 0;
    for (size_t i = 0; i < n; ++i) {
      scores[i] = i % 7 == 3 ? NAN : static_cast<float>(RandomStream(1, "scores").below(i, 4));
      greater += scores[i] > 2;
      equal += scores[i] == 2;
    }
    const RankCount count = count_greater(scores, 2);
    EXPECT_EQ(count.greater, greater);
    EXPECT_EQ(count.equal, equal);
  });
}

TEST(Elementwise, ColumnSumsAgreeWithReference) {
  at_odd_sizes([](size_t cols, bool fused) {
    constexpr size_t kRows = 23;
    const size_t stride = cols + 3, begin = cols / 3, end = cols - cols / 5;
    const Floats xs = normal(kRows * stride, "x"), ys = normal(kRows * stride, "y");
    const Floats mean = normal(cols, "mean"), weight = normal(kRows, "weight");
    const ConstMatrix x{xs.data(), kRows, cols, stride}, y{ys.data(), kRows, cols, stride};
    Floats sums(cols), weighted(cols), squares(cols), weighted_squares(cols), products(cols);
    for (size_t c = begin; c < end; ++c) {
      for (size_t r = 0; r < kRows; ++r) {
        const float off = x(r, c) - mean[c];
        sums[c] += x(r, c);
        weighted[c] = std::fma(weight[r], x(r, c), weighted[c]);
        squares[c] = std::fma(off, off, squares[c]);
        weighted_squares[c] = std::fma(weight[r] * off, off, weighted_squares[c]);
        products[c] = std::fma(x(r, c), y(r, c), products[c]);
      }
    }
    const Floats zeros(cols);
    expect_same(guarded(zeros, [&](auto out) { column_sums(x, {}, begin, end, out); }), sums, true);
    expect_same(guarded(zeros, [&](auto out) { column_sums(x, weight, begin, end, out); }), weighted, fused);
    expect_same(guarded(zeros, [&](auto out) { column_square_sums(x, mean, {}, begin, end, out); }), squares,
                fused);
    expect_same(guarded(zeros, [&](auto out) { column_square_sums(x, mean, weight, begin, end, out); }),
                weighted_squares, fused);
    expect_same(guarded(zeros, [&](auto out) { column_product_sums(x, y, begin, end, out); }), products,
                fused);
  });
}

TEST(Optimizer, AdamFollowsItsFormula) {
  at_odd_sizes([](size_t n, bool fused) {
    const AdamStep step{.rate = 0.01f, .beta1 = 0.9f, .beta2 = 0.999f, .epsilon = 1e-7f};
    const Floats g = normal(n, "g");
    Floats m = normal(n, "m"), v = normal(n, "v"), w = normal(n, "w"), expected_w(n);
    for (float& value : v) value *= value;
    for (size_t i = 0; i < n; ++i) expected_w[i] = reference::adam(step, g[i], {m[i], v[i], w[i]}).w;
    adam(step, g, m, v, w);
    expect_same(w, expected_w, fused);
  });
}

// The first step by hand: m = 0.2, v = 0.004, rate = 0.1 * sqrt(0.001) / 0.1, so w falls by 0.1.
TEST(Optimizer, AdamMatchesTheWorkedExample) {
  const AdamStep step{
      .rate = 0.1f * std::sqrt(0.001f) / 0.1f, .beta1 = 0.9f, .beta2 = 0.999f, .epsilon = 1e-7f};
  Floats g{2}, m{0}, v{0}, w{1};
  adam(step, g, m, v, w);
  EXPECT_NEAR(m[0], 0.2, 1e-6);
  EXPECT_NEAR(v[0], 0.004, 1e-6);
  EXPECT_NEAR(w[0], 0.9, 1e-5);
}

TEST(Optimizer, AdagradFollowsItsFormula) {
  at_odd_sizes([](size_t n, bool fused) {
    const Floats g = normal(n, "g");
    Floats sums(n, 0.1f), w = normal(n, "w"), expected(n), expected_sums(n);
    for (size_t i = 0; i < n; ++i) {
      expected_sums[i] = std::fma(g[i], g[i], 0.1f);
      expected[i] = w[i] - 0.01f * g[i] / std::sqrt(expected_sums[i] + 1e-7f);
    }
    adagrad(0.01f, 1e-7f, g, sums, w);
    expect_same(w, expected, fused);
    expect_same(sums, expected_sums, fused);
  });
}

TEST(Optimizer, SgdFollowsItsFormula) {
  at_odd_sizes([](size_t n, bool) {
    const Floats g = normal(n, "g"), velocity = normal(n, "velocity"), w = normal(n, "w");
    for (float momentum : {0.0f, 0.9f}) {
      for (bool nesterov : {false, true}) {
        Floats got_velocity = velocity, got = w;
        sgd(0.1f, momentum, nesterov, g, momentum == 0 ? std::span<float>() : got_velocity, got);
        for (size_t i = 0; i < n; ++i) {
          const double next = momentum == 0 ? -0.1 * g[i] : momentum * velocity[i] - 0.1 * g[i];
          const double move = nesterov ? momentum * next - 0.1 * g[i] : next;
          EXPECT_NEAR(got[i], w[i] + move, 1e-6);
        }
      }
    }
  });
}

TEST(Dropout, AgreesWithReferenceAcrossTwoToThe33) {
  at_odd_sizes([](size_t n, bool) {
    const Floats x = normal(n, "x");
    const uint64_t first = (uint64_t{1} << 33) - 32;
    Floats expected(n);
    for (size_t i = 0; i < n; ++i) {
      expected[i] = reference::dropout_bits(99, first + i) >= 20000 ? x[i] * 1.5f : 0;
    }
    expect_same(guarded(x, [&](auto out) { dropout(x, 99, first, 20000, 1.5f, out); }), expected, true);
  });
}

Floats kept(uint64_t key, uint64_t first, size_t n, uint32_t threshold) {
  Floats out(n);
  dropout(Floats(n, 1.0f), key, first, threshold, 1, out);
  return out;
}

TEST(Dropout, DependsOnKeyAndPositionOnly) {
  const Floats all = kept(5, 1024, 200, 30000);
  for (size_t offset : {32, 64, 96}) {
    EXPECT_EQ(kept(5, 1024 + offset, 100, 30000), Floats(all.begin() + offset, all.begin() + offset + 100));
  }
  EXPECT_NE(kept(6, 1024, 200, 30000), all);
}

TEST(Dropout, KeepsAllOrNothingAtTheEnds) {
  EXPECT_EQ(sum(kept(1, 0, 1000, 0)), 1000);
  EXPECT_EQ(sum(kept(1, 0, 1000, 65536)), 0);
}

TEST(Dropout, KeepsTheRateThatWasAskedFor) {
  constexpr double kCount = 1 << 20;
  for (uint32_t threshold : {655u, 13107u, 32768u, 60000u}) {
    const double p = 1 - threshold / 65536.0, deviation = std::sqrt(p * (1 - p) / kCount);
    for (uint64_t key : {0u, 1u, 2u, 77777u}) {
      EXPECT_NEAR(sum(kept(key, 0, 1 << 20, threshold)) / kCount, p, 5 * deviation)
          << threshold << ", key " << key;
    }
  }
}

// Two independent fair masks both keep a quarter of the elements.
double overlap_in_deviations(std::span<const float> a, std::span<const float> b) {
  const double n = static_cast<double>(a.size());
  return std::abs(dot(a, b) / n - 0.25) / std::sqrt(0.25 * 0.75 / n);
}

TEST(Dropout, NeighboursAreIndependent) {
  constexpr size_t kCount = 1 << 18;
  const Floats mask = kept(3, 0, kCount + 4096, 32768);
  for (size_t lag : {1, 2, 3, 4, 8, 16, 32, 64, 128, 256, 1000, 4096}) {
    EXPECT_LT(overlap_in_deviations(std::span(mask).first(kCount), std::span(mask).subspan(lag, kCount)), 5)
        << lag;
  }
}

TEST(Dropout, KeysAreIndependent) {
  constexpr size_t kCount = 1 << 18;
  const Floats mask = kept(1000, 0, kCount, 32768);
  for (uint64_t other : {0u, 999u, 1001u, 1002u, 1003u, 1512u}) {
    EXPECT_LT(overlap_in_deviations(mask, kept(other, 0, kCount, 32768)), 5) << other;
    EXPECT_LT(overlap_in_deviations(mask, kept(other, 32, kCount, 32768)), 5) << other;
  }
  EXPECT_LT(overlap_in_deviations(mask, kept(1000, uint64_t{1} << 33, kCount, 32768)), 5);
}

TEST(Dropout, EachOf256ByteValuesComesAsOften) {
  std::vector<double> counts(256);
  constexpr size_t kCount = 1 << 18;
  for (size_t i = 0; i < kCount; ++i) ++counts[reference::dropout_bits(11, i) >> 8];
  double chi_square = 0;
  for (double count : counts)
    chi_square += (count - kCount / 256.0) * (count - kCount / 256.0) / (kCount / 256.0);
  EXPECT_GT(chi_square, 150);  // 255 degrees of freedom: 255 +- 4.6 deviations
  EXPECT_LT(chi_square, 360);
}

}  // namespace
}  // namespace shortlist
