#include "shortlist/math/product.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "shortlist/math/tiles.h"
#include "shortlist/testing/product_samples.h"
#include "shortlist/testing/reference.h"

namespace shortlist {
namespace {

// Compares bitwise.
void expect_tile_products_agree(const Shape& shape, Precision precision) {
  const Sample a(shape.rows, shape.inner, shape.gap, "a"), b(shape.inner, shape.cols, shape.gap, "b");
  const Sample at = transposed(a, shape.gap), bt = transposed(b, shape.gap);
  const Sample before(shape.rows, shape.cols, shape.gap, "c");
  const auto product = [&](FunctionRef<void(Matrix)> multiply) {
    Sample c = before;
    c.matrix.data = c.values.data();
    multiply(c.matrix);
    return c;
  };
  Panels panels, transposed_panels;
  panels.pack(b.matrix, precision);
  transposed_panels.pack_transposed(bt.matrix, precision);
  const Sample expected =
      product([&](Matrix c) { reference::multiply(a.matrix, b.matrix, c, shape.add, {}, precision); });
  const std::string text = shape.text();
  EXPECT_TRUE(agree(product([&](Matrix c) { multiply(a.matrix, panels, c, shape.add); }), expected, true, 0))
      << text;
  EXPECT_TRUE(agree(product([&](Matrix c) { multiply(a.matrix, transposed_panels, c, shape.add); }), expected,
                    true, 0))
      << "columns packed, " << text;
  EXPECT_TRUE(
      agree(product([&](Matrix c) { multiply_transposed(at.matrix, b.matrix, c, shape.add, precision); }),
            expected, true, 0))
      << "transposed, " << text;
}

TEST(TileProduct, AgreesWithReferenceAtOddSizes) {
  const bool ran = reference::for_each_half_unit([](const reference::HalfUnitInTest& unit) {
    SCOPED_TRACE(unit.name);
    for (Precision precision : unit.precisions) {
      for (size_t rows : {1, 15, 16, 17, 33, 65}) {
        for (size_t inner : {0, 1, 2, 31, 32, 33, 100}) {
          for (size_t cols : {1, 15, 16, 17, 32, 47, 70}) {
            expect_tile_products_agree({rows, inner, cols, (rows + inner) % 3, (rows + cols) % 2 == 1},
                                       precision);
          }
        }
      }
      expect_tile_products_agree({300, 70, 40, 0, true}, precision);
      expect_tile_products_agree({20, 1100, 33, 1, true}, precision);
    }
  });
  if (!ran) GTEST_SKIP() << reference::kNoHalfUnit;
}

void expect_epilogues_agree(size_t rows, size_t cols, Precision precision) {
  const Sample a(rows, 70, 1, "a"), b(70, cols, 0, "b"), bias(1, cols, 0, "bias"),
      gate(rows, cols, 5, "gate");
  Panels panels;
  panels.pack(b.matrix, precision);
  for (int kind = 0; kind < 8; ++kind) {
    const Epilogue epilogue{.bias = kind & 1 ? bias.matrix.data : nullptr,
                            .relu = (kind & 2) != 0,
                            .positive = kind & 4 ? ConstMatrix(gate.matrix) : ConstMatrix()};
    Sample expected(rows, cols, 2, "c"), got(rows, cols, 2, "c");
    reference::multiply(a.matrix, b.matrix, expected.matrix, false, epilogue, precision);
    multiply(a.matrix, panels, got.matrix, false, epilogue);
    EXPECT_TRUE(agree(got, expected, true, 70)) << rows << " x " << cols << ", kind " << kind;
  }
}

TEST(TileProduct, AppliesTheEpilogueInOrder) {
  const bool ran = reference::for_each_half_unit([](const reference::HalfUnitInTest& unit) {
    SCOPED_TRACE(unit.name);
    for (Precision precision : unit.precisions) {
      for (size_t cols : {13, 32, 48}) {
        for (size_t rows : {19, 32, 200}) expect_epilogues_agree(rows, cols, precision);
      }
    }
  });
  if (!ran) GTEST_SKIP() << reference::kNoHalfUnit;
}

TEST(TileProduct, WritesOnlyTheNamedPanels) {
  const bool ran = reference::for_each_half_unit([](const reference::HalfUnitInTest& unit) {
    SCOPED_TRACE(unit.name);
    const Sample a(40, 20, 0, "a"), b(20, 75, 0, "b");
    Panels panels;
    panels.resize(20, 75, Precision::bf16);
    panels.pack_rows(b.matrix.head(2), 0);
    panels.pack_rows(b.matrix.slice(2, b.matrix.rows), 2);
    Sample all(40, 75, 0, "c"), expected(40, 75, 0, "c"), got(40, 75, 0, "c");
    reference::multiply(a.matrix, b.matrix, all.matrix, false, {}, Precision::bf16);
    for (size_t r = 0; r < 40; ++r) {
      for (size_t c = 16; c < 64; ++c) expected.matrix(r, c) = all.matrix(r, c);
    }
    multiply(a.matrix, panels, got.matrix, false, {}, {1, 4});
    EXPECT_TRUE(agree(got, expected, true, 20));
    multiply(a.matrix, panels, got.matrix, false, {}, {0, 1});
    multiply(a.matrix, panels, got.matrix, false, {}, {4});
    EXPECT_TRUE(agree(got, all, true, 20));
  });
  if (!ran) GTEST_SKIP() << reference::kNoHalfUnit;
}

// The numbers of x, rounded, in rows with the layout of x.
Sample rounded(const Sample& x, Precision precision) {
  Sample to = x;
  to.matrix.data = to.values.data();
  round(x.matrix, Output(to.matrix, precision));
  return to;
}

// Compares bitwise with products of floats, which round their operands themselves. In C, floats past the
// halves must not change either.
void expect_rounded_products_agree(const Shape& shape, Precision precision) {
  const Sample a(shape.rows, shape.inner, shape.gap, "a"), b(shape.inner, shape.cols, shape.gap, "b"),
      gate(shape.rows, shape.cols, shape.gap + 1, "gate"), bias(1, shape.cols, 0, "bias");
  const Sample at = transposed(a, shape.gap);
  const Sample half_a = rounded(a, precision), half_at = rounded(at, precision),
               half_b = rounded(b, precision), half_gate = rounded(gate, precision);
  Panels panels;
  panels.pack(b.matrix, precision);
  const auto product = [&](FunctionRef<void(Matrix)> multiply) {
    Sample c(shape.rows, shape.cols, shape.gap, "c");
    multiply(c.matrix);
    return c;
  };
  const Epilogue of_floats{.bias = bias.matrix.data, .relu = true, .positive = gate.matrix},
      of_halves{.bias = bias.matrix.data, .relu = true, .positive = {half_gate.matrix, precision}};
  const std::string text = shape.text();
  EXPECT_TRUE(agree(product([&](Matrix c) {
                      multiply({half_a.matrix, precision}, panels, c, shape.add, of_halves);
                    }),
                    product([&](Matrix c) { multiply(a.matrix, panels, c, shape.add, of_floats); }), true, 0))
      << text;
  const auto transposed_product = [&](const Operand& x, const Operand& y) {
    return product([&](Matrix c) { multiply_transposed(x, y, c, shape.add, precision); });
  };
  const Sample expected = transposed_product(at.matrix, b.matrix);
  EXPECT_TRUE(
      agree(transposed_product({half_at.matrix, precision}, {half_b.matrix, precision}), expected, true, 0))
      << "transposed, " << text;
  EXPECT_TRUE(agree(transposed_product(at.matrix, {half_b.matrix, precision}), expected, true, 0))
      << "transposed, the right one rounded, " << text;
  EXPECT_TRUE(agree(product([&](Matrix c) {
                      multiply(a.matrix, panels, {c, precision}, false, of_halves);
                    }),
                    product([&](Matrix c) {
                      const Sample exact =
                          product([&](Matrix e) { multiply(a.matrix, panels, e, false, of_floats); });
                      round(exact.matrix, {c, precision});
                    }),
                    true, 0))
      << "rounded, " << text;
}

TEST(TileProduct, TakesAndGivesWhatIsRounded) {
  const bool ran = reference::for_each_half_unit([](const reference::HalfUnitInTest& unit) {
    SCOPED_TRACE(unit.name);
    for (Precision precision : unit.precisions) {
      for (size_t rows : {1, 16, 17, 50}) {
        for (size_t inner : {1, 32, 33, 64}) {
          for (size_t cols : {1, 16, 31, 47}) {
            expect_rounded_products_agree({rows, inner, cols, (rows + inner) % 3, (rows + cols) % 2 == 1},
                                          precision);
          }
        }
      }
      expect_rounded_products_agree({300, 64, 40, 0, true}, precision);
      expect_rounded_products_agree({20, 1100, 33, 1, true}, precision);
    }
  });
  if (!ran) GTEST_SKIP() << reference::kNoHalfUnit;
}

TEST(TileProduct, SumsRoundedColumns) {
  const bool ran = reference::for_each_half_unit([](const reference::HalfUnitInTest& unit) {
    for (Precision precision : unit.precisions) {
      for (size_t cols : {1, 31, 32, 33, 127, 128, 129, 200}) {
        const Sample x = rounded(Sample(19, cols, 1, "x"), precision);
        std::vector<float> sums(cols);
        sum_rounded_columns({x.matrix, precision}, sums);
        for (size_t c = 0; c < cols; ++c) {
          float sum = 0;
          for (size_t r = 0; r < 19; ++r) {
            const auto* halves = reinterpret_cast<const uint16_t*>(x.matrix.row(r));
            const auto add = [&](size_t at) {
              sum += std::bit_cast<float>(static_cast<uint32_t>(halves[at]) << 16);
            };
            add(c);
            if (precision == Precision::bf16x3) add(cols + c);
          }
          EXPECT_EQ(sums[c], sum) << cols << " columns, " << c;
        }
      }
    }
  });
  if (!ran) GTEST_SKIP() << reference::kNoHalfUnit;
}

TEST(TileProduct, ShutsTheGateOfZerosNegativesAndNan) {
  const bool ran = reference::for_each_half_unit([](const reference::HalfUnitInTest& unit) {
    SCOPED_TRACE(unit.name);
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    const float gates[] = {1, 0, -0.0f, -1, kInfinity, -kInfinity, NAN, -NAN, 1e-30f};
    constexpr bool kOpen[] = {true, false, false, false, true, false, false, false, true};
    Sample a(1, 1, 0, "a"), b(1, std::size(gates), 0, "b"), gate(1, std::size(gates), 0, "gate"),
        c(1, std::size(gates), 0, "c");
    a.matrix(0, 0) = 1;
    for (size_t j = 0; j < std::size(gates); ++j) b.matrix(0, j) = 1, gate.matrix(0, j) = gates[j];
    const Sample half_gate = rounded(gate, Precision::bf16);
    Panels panels;
    panels.pack(b.matrix, Precision::bf16);
    multiply(a.matrix, panels, c.matrix, false, {.positive = {half_gate.matrix, Precision::bf16}});
    for (size_t j = 0; j < std::size(gates); ++j) EXPECT_EQ(c.matrix(0, j), kOpen[j] ? 1 : 0) << gates[j];
  });
  if (!ran) GTEST_SKIP() << reference::kNoHalfUnit;
}

// The loss of accuracy of three bfloat16 products against float32, and of one.
TEST(TileProduct, IsAsExactAsItSays) {
  const bool ran = reference::for_each_half_unit([](const reference::HalfUnitInTest& unit) {
    SCOPED_TRACE(unit.name);
    const Sample a(32, 256, 0, "a"), b(256, 32, 0, "b");
    Sample exact(32, 32, 0, "c"), got(32, 32, 0, "c");
    reference::multiply(a.matrix, b.matrix, exact.matrix);
    for (Precision precision : unit.precisions) {
      const double tolerance = precision == Precision::bf16 ? 4e-3 : 1e-5;
      Panels panels;
      panels.pack(b.matrix, precision);
      multiply(a.matrix, panels, got.matrix);
      double error = 0, square = 0;
      for (size_t i = 0; i < 32; ++i) {
        for (size_t j = 0; j < 32; ++j) {
          error += std::pow(got.matrix(i, j) - exact.matrix(i, j), 2);
          square += std::pow(exact.matrix(i, j), 2);
        }
      }
      EXPECT_LT(std::sqrt(error / square), tolerance);
      EXPECT_GT(std::sqrt(error / square), tolerance / 100);
    }
  });
  if (!ran) GTEST_SKIP() << reference::kNoHalfUnit;
}

}  // namespace
}  // namespace shortlist
