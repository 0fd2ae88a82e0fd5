#include "shortlist/math/inverse.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

const std::atomic<bool> kGoOn = false;

// A symmetric matrix with a positive diagonal that is larger than the rest of each row.
std::vector<double> sample(size_t n) {
  const RandomStream draws(n, "inverse");
  std::vector<double> a(n * n);
  for (size_t i = 0; i < n; ++i)
    for (size_t j = 0; j <= i; ++j) a[i * n + j] = a[j * n + i] = draws.uniform(i * n + j) - 0.5;
  for (size_t i = 0; i < n; ++i) a[i * n + i] = static_cast<double>(n) / 3 + draws.uniform(i);
  return a;
}

// The largest difference between a times x and the identity.
template <typename Number>
double error_of(const std::vector<double>& a, const Number* x, size_t n) {
  double worst = 0;
  for (size_t i = 0; i < n; i += 1 + n / 40) {
    for (size_t j = 0; j < n; ++j) {
      double sum = i == j ? -1 : 0;
      for (size_t k = 0; k < n; ++k) sum += a[i * n + k] * double{x[k * n + j]};
      worst = std::max(worst, std::abs(sum));
    }
  }
  return worst;
}

// Only the lower triangle may be read.
template <typename Number>
void copy_lower(const std::vector<double>& a, size_t n, Number* to) {
  for (size_t i = 0; i < n; ++i)
    for (size_t j = 0; j < n; ++j) to[i * n + j] = j <= i ? static_cast<Number>(a[i * n + j]) : NAN;
}

TEST(Inverse, MatchesTheWorkedExample) {
  ThreadPool pool(1);
  Buffer memory(2, 2);
  const Matrix a = memory.view(2, 2);
  a(0, 0) = 4, a(1, 0) = 2, a(1, 1) = 3;  // determinant 8
  ASSERT_TRUE(invert(a, pool, kGoOn));
  EXPECT_FLOAT_EQ(a(0, 0), 3 / 8.0f);
  EXPECT_FLOAT_EQ(a(0, 1), -2 / 8.0f);
  EXPECT_FLOAT_EQ(a(1, 0), -2 / 8.0f);
  EXPECT_FLOAT_EQ(a(1, 1), 4 / 8.0f);
}

TEST(Inverse, TimesTheMatrixIsTheIdentityAtOddSizes) {
  ThreadPool pool(2);
  for (size_t n : {1, 2, 15, 16, 17, 95, 97, 255, 256, 257, 530}) {
    const std::vector<double> a = sample(n);
    Buffer floats(n, n);
    copy_lower(a, n, floats.data());
    ASSERT_TRUE(invert(floats.view(n, n), pool, kGoOn)) << n;
    EXPECT_LT(error_of(a, floats.data(), n), 1e-5) << n;
    std::vector<double> doubles(n * n);
    copy_lower(a, n, doubles.data());
    ASSERT_TRUE(invert(DoubleMatrix{doubles.data(), n, n, n}, pool, kGoOn)) << n;
    EXPECT_LT(error_of(a, doubles.data(), n), 1e-13) << n;
  }
}

TEST(Inverse, HasTheSameBitsForAnyNumberOfThreads) {
  constexpr size_t n = 700;
  const std::vector<double> a = sample(n);
  std::vector<Buffer> inverses;
  for (int threads : {1, 2, 3}) {
    ThreadPool pool(threads);
    inverses.emplace_back(n, n);
    copy_lower(a, n, inverses.back().data());
    ASSERT_TRUE(invert(inverses.back().view(n, n), pool, kGoOn));
  }
  for (const Buffer& other : inverses)
    EXPECT_EQ(std::memcmp(other.data(), inverses[0].data(), n * n * sizeof(float)), 0);
}

TEST(Inverse, RejectsWhatIsNotPositiveDefinite) {
  ThreadPool pool(1);
  constexpr size_t n = 300;
  for (size_t at : {0, 5, 280}) {
    std::vector<double> a = sample(n);
    a[at * n + at] = -1;
    Buffer memory(n, n);
    copy_lower(a, n, memory.data());
    EXPECT_FALSE(invert(memory.view(n, n), pool, kGoOn));
  }
  std::vector<double> ones(n * n, 1.0);  // of rank 1
  EXPECT_FALSE(invert(DoubleMatrix{ones.data(), n, n, n}, pool, kGoOn));
  const std::atomic<bool> stop = true;
  Buffer memory(n, n);
  EXPECT_FALSE(invert(memory.view(n, n), pool, stop));
}

TEST(DoubleProduct, AgreesWithTheSlowTwinAtOddSizes) {
  for (size_t m : {1, 5, 6, 7, 13}) {
    for (size_t n : {1, 15, 16, 17, 40}) {
      for (size_t k : {0, 1, 9}) {
        const RandomStream draws(m * 1000 + n * 10 + k, "double");
        std::vector<double> a(m * k), b(n * k), c(m * n);
        uint64_t counter = 0;
        for (auto* values : {&a, &b, &c})
          for (double& value : *values) value = draws.uniform(counter++);
        std::vector<double> expected = c;
        for (size_t i = 0; i < m; ++i)
          for (size_t j = 0; j < n; ++j)
            for (size_t x = 0; x < k; ++x) expected[i * n + j] += a[i * k + x] * b[j * k + x];
        DoublePanels panels;
        panels.resize(k, n);
        panels.pack_transposed({b.data(), n, k, k}, 0, panels.count());
        add_product({a.data(), m, k, k}, panels, {c.data(), m, n, n}, panels.count());
        for (size_t i = 0; i < c.size(); ++i) EXPECT_NEAR(c[i], expected[i], 1e-14);
      }
    }
  }
}

}  // namespace
}  // namespace shortlist
