#include "shortlist/math/block_passes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "shortlist/base/random.h"
#include "shortlist/testing/reference.h"

namespace shortlist {
namespace {

// Random numbers in rows with gaps between them, surrounded by guards.
struct Block {
  Block(size_t rows, size_t cols, std::string_view name)
      : values(rows * (cols + 3) + 64, -77), matrix{values.data(), rows, cols, cols + 3} {
    const RandomStream random(cols, name);
    for (size_t r = 0; r < rows; ++r) {
      for (size_t c = 0; c < cols; ++c) matrix(r, c) = static_cast<float>(random.normal(r * cols + c));
    }
  }
  Block(const Block& other) : values(other.values), matrix(other.matrix) { matrix.data = values.data(); }
  std::vector<float> values;
  Matrix matrix;
};

// Also compares what is between and after the rows.
void expect_near(const Block& got, const Block& expected, const std::string& what) {
  for (size_t i = 0; i < got.values.size(); ++i) {
    ASSERT_NEAR(got.values[i], expected.values[i], 1e-5 * (1 + std::abs(expected.values[i])))
        << what << ", number " << i;
  }
}

constexpr size_t kColumns[] = {1, 7, 16, 17, 63, 64, 100, 130};

struct NormalizationCase {
  explicit NormalizationCase(size_t cols)
      : x(11, cols, "x"),
        dy(11, cols, "dy"),
        mean(1, cols, "mean"),
        deviation(1, cols, "deviation"),
        gamma(1, cols, "gamma"),
        beta(1, cols, "beta"),
        share(1, 11, "share"),
        by{mean.matrix.row_span(0), deviation.matrix.row_span(0), gamma.matrix.row_span(0)} {}
  float normalized(size_t r, size_t c) const {
    return (x.matrix(r, c) - mean.matrix(0, c)) * deviation.matrix(0, c);
  }
  Block x, dy, mean, deviation, gamma, beta, share;
  Normalization by;
};

TEST(Normalize, AgreesWithItsFormula) {
  reference::for_each_target([](const std::string& target, bool) {
    for (size_t cols : kColumns) {
      const NormalizationCase n(cols);
      Block got(11, cols, "y"), expected = got;
      for (size_t r = 0; r < 11; ++r) {
        for (size_t c = 0; c < cols; ++c) {
          expected.matrix(r, c) = n.gamma.matrix(0, c) * n.normalized(r, c) + n.beta.matrix(0, c);
        }
      }
      normalize(n.x.matrix, n.by, n.beta.matrix.row_span(0), got.matrix);
      expect_near(got, expected, target);
    }
  });
}

TEST(Normalize, GradientSumsAgreeWithTheirFormula) {
  reference::for_each_target([](const std::string& target, bool) {
    for (size_t cols : kColumns) {
      const NormalizationCase n(cols);
      Block dgamma(1, cols, "dgamma"), dbeta(1, cols, "dbeta"), of_gamma = dgamma, of_beta = dbeta;
      for (size_t c = 0; c < cols; ++c) {
        of_gamma.matrix(0, c) = of_beta.matrix(0, c) = 0;
        for (size_t r = 0; r < 11; ++r) {
          of_gamma.matrix(0, c) += n.dy.matrix(r, c) * n.normalized(r, c);
          of_beta.matrix(0, c) += n.dy.matrix(r, c);
        }
      }
      normalize_gradient_sums(n.x.matrix, n.by, n.dy.matrix, dgamma.matrix.row_span(0),
                              dbeta.matrix.row_span(0));
      expect_near(dgamma, of_gamma, target);
      expect_near(dbeta, of_beta, target);
    }
  });
}

TEST(Normalize, MomentsOfPartsMakeThoseOfTheWhole) {
  reference::for_each_target([](const std::string& target, bool) {
    for (size_t cols : kColumns) {
      const Block x(11, cols, "x");
      const auto moments = [&](size_t begin, size_t end) {
        Block of(2, cols, "moments");  // mean and squares
        for (size_t c = 0; c < cols; ++c) {
          of.matrix(0, c) = of.matrix(1, c) = 0;
          for (size_t r = begin; r < end; ++r)
            of.matrix(0, c) += x.matrix(r, c) / static_cast<float>(end - begin);
          for (size_t r = begin; r < end; ++r) {
            const float apart = x.matrix(r, c) - of.matrix(0, c);
            of.matrix(1, c) += apart * apart;
          }
        }
        return of;
      };
      Block joined = moments(0, 3);
      const Block more = moments(3, 11);
      join_moments(3, 8, more.matrix.row_span(0), more.matrix.row_span(1), joined.matrix.row_span(0),
                   joined.matrix.row_span(1));
      expect_near(joined, moments(0, 11), target);
    }
  });
}

TEST(Normalize, GradientAgreesWithItsFormula) {
  reference::for_each_target([](const std::string& target, bool) {
    for (size_t cols : kColumns) {
      for (int kind = 0; kind < 8; ++kind) {
        const bool own = kind & 1, positive = kind & 2, add = kind & 4;
        const NormalizationCase n(cols);
        const Block dgamma(1, cols, "dgamma"), dbeta(1, cols, "dbeta");
        Block got(11, cols, "dx"), expected = got;
        for (size_t r = 0; r < 11; ++r) {
          for (size_t c = 0; c < cols; ++c) {
            const float moved = dbeta.matrix(0, c) + n.normalized(r, c) * dgamma.matrix(0, c);
            float dx = n.gamma.matrix(0, c) * n.deviation.matrix(0, c) *
                       (n.dy.matrix(r, c) - (own ? n.share.matrix(0, r) * moved : 0));
            if (positive && !(n.x.matrix(r, c) > 0)) dx = 0;
            expected.matrix(r, c) = add ? expected.matrix(r, c) + dx : dx;
          }
        }
        normalize_gradient(n.x.matrix, n.by, n.dy.matrix,
                           own ? n.share.matrix.row_span(0) : std::span<const float>(),
                           dgamma.matrix.row_span(0), dbeta.matrix.row_span(0), positive, got.matrix, add);
        expect_near(got, expected, target);
      }
    }
  });
}

TEST(Cross, AgreesWithItsFormula) {
  reference::for_each_target([](const std::string& target, bool) {
    for (size_t cols : kColumns) {
      for (float diag : {0.0f, 0.5f}) {
        const Block x0(5, cols, "x0"), x(5, cols, "x"), t(5, cols, "t"), dy(5, cols, "dy");
        Block y(5, cols, "y"), dx0(5, cols, "dx0"), dx(5, cols, "dx"), dt = t;
        Block of_y = y, of_x0 = dx0, of_x = dx, of_t = dt;
        for (size_t r = 0; r < 5; ++r) {
          for (size_t c = 0; c < cols; ++c) {
            const float inner = t.matrix(r, c) + diag * x.matrix(r, c);
            of_y.matrix(r, c) = x0.matrix(r, c) * inner + x.matrix(r, c);
            of_x0.matrix(r, c) += dy.matrix(r, c) * inner;
            of_x.matrix(r, c) = dy.matrix(r, c) * (1 + diag * x0.matrix(r, c));
            of_t.matrix(r, c) = dy.matrix(r, c) * x0.matrix(r, c);
          }
        }
        cross(x0.matrix, x.matrix, t.matrix, diag, y.matrix);
        cross_gradient(x0.matrix, x.matrix, dt.matrix, diag, dy.matrix, dx0.matrix, true, dx.matrix, false,
                       dt.matrix);
        expect_near(y, of_y, target);
        expect_near(dx0, of_x0, target);
        expect_near(dx, of_x, target);
        expect_near(dt, of_t, target);
      }
    }
  });
}

TEST(SumRows, AddsTheNamedRowsInOrder) {
  reference::for_each_target([](const std::string& target, bool fused) {
    for (size_t cols : kColumns) {
      const Block rows(9, cols, "rows");
      const std::vector<uint32_t> which = {3, 8, 3, 0};
      const std::vector<float> weights = {1, 0.5f, 0.25f, 3};
      Block plain(1, cols, "out"), weighted = plain, of_plain = plain, of_weighted = plain;
      for (size_t c = 0; c < cols; ++c) {
        of_plain.matrix(0, c) = of_weighted.matrix(0, c) = 0;
        for (size_t i = 0; i < which.size(); ++i) {
          of_plain.matrix(0, c) += rows.matrix(which[i], c);
          of_weighted.matrix(0, c) = std::fma(weights[i], rows.matrix(which[i], c), of_weighted.matrix(0, c));
        }
      }
      sum_rows(rows.matrix, which, {}, plain.matrix.row_span(0));
      sum_rows(rows.matrix, which, weights, weighted.matrix.row_span(0));
      EXPECT_EQ(plain.values, of_plain.values) << target;
      if (fused) {
        EXPECT_EQ(weighted.values, of_weighted.values) << target;
      }
      expect_near(weighted, of_weighted, target);
    }
  });
}

}  // namespace
}  // namespace shortlist
