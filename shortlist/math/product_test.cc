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

void expect_products_agree(const Shape& shape, bool fused) {
  const Sample a(shape.rows, shape.inner, shape.gap, "a"), b(shape.inner, shape.cols, shape.gap, "b");
  const Sample at = transposed(a, shape.gap), bt = transposed(b, shape.gap);
  Sample expected(shape.rows, shape.cols, shape.gap, "c");
  Sample got = expected, got_unpacked = expected, got_transposed = expected;
  for (Sample* sample : {&got, &got_unpacked, &got_transposed}) sample->matrix.data = sample->values.data();
  Panels panels;
  panels.pack_transposed(bt.matrix);
  reference::multiply(a.matrix, b.matrix, expected.matrix, shape.add);
  multiply(a.matrix, panels, got.matrix, shape.add);
  multiply(a.matrix, b.matrix, got_unpacked.matrix, shape.add);
  multiply_transposed(at.matrix, b.matrix, got_transposed.matrix, shape.add);
  EXPECT_TRUE(agree(got, expected, fused, shape.inner)) << shape.text();
  EXPECT_TRUE(agree(got_unpacked, expected, fused, shape.inner)) << "not packed, " << shape.text();
  EXPECT_TRUE(agree(got_transposed, expected, fused, shape.inner)) << "transposed, " << shape.text();
}

TEST(Product, AgreesWithReferenceAtOddSizes) {
  reference::for_each_target([](const std::string& target, bool fused) {
    SCOPED_TRACE(target);
    for (size_t rows : kSizes) {
      for (size_t inner : kSizes) {
        for (size_t cols : kSizes) {
          expect_products_agree({rows, inner, cols, (rows + inner) % 3, (rows + cols) % 2 == 1}, fused);
        }
      }
    }
  });
}

TEST(Product, AgreesWithReferenceWhenBlocked) {
  reference::for_each_target([](const std::string& target, bool fused) {
    SCOPED_TRACE(target);
    for (size_t inner : {255, 256, 257, 700}) {
      expect_products_agree({101, inner, 40, 3, false}, fused);
      expect_products_agree({7, inner, 63, 0, true}, fused);
    }
  });
}

TEST(Product, AppliesTheEpilogueInOrder) {
  reference::for_each_target([](const std::string& target, bool fused) {
    SCOPED_TRACE(target);
    for (size_t cols : {1, 8, 13, 16, 29, 48}) {
      const Sample a(19, 300, 1, "a"), b(300, cols, 0, "b"), bias(1, cols, 0, "bias"),
          gate(19, cols, 5, "gate");
      Panels panels;
      panels.pack(b.matrix);
      for (int kind = 0; kind < 8; ++kind) {
        const Epilogue epilogue{.bias = kind & 1 ? bias.matrix.data : nullptr,
                                .relu = (kind & 2) != 0,
                                .positive = kind & 4 ? ConstMatrix(gate.matrix) : ConstMatrix()};
        Sample expected(19, cols, 2, "c"), got(19, cols, 2, "c");
        reference::multiply(a.matrix, b.matrix, expected.matrix, false, epilogue);
        multiply(a.matrix, panels, got.matrix, false, epilogue);
        EXPECT_TRUE(agree(got, expected, fused, 300)) << cols << " columns, kind " << kind;
      }
    }
  });
}

TEST(Product, WritesOnlyTheNamedPanels) {
  reference::for_each_target([](const std::string& target, bool fused) {
    SCOPED_TRACE(target);
    const Sample a(10, 20, 0, "a"), b(20, 75, 0, "b");
    Panels panels;
    panels.resize(20, 75);
    panels.pack_rows(b.matrix.head(2), 0);
    panels.pack_rows(b.matrix.slice(2, b.matrix.rows), 2);
    Sample all(10, 75, 0, "c"), expected(10, 75, 0, "c"), got(10, 75, 0, "c");
    reference::multiply(a.matrix, b.matrix, all.matrix);
    for (size_t r = 0; r < 10; ++r) {
      for (size_t c = 16; c < 64; ++c) expected.matrix(r, c) = all.matrix(r, c);
    }
    multiply(a.matrix, panels, got.matrix, false, {}, {1, 4});
    EXPECT_TRUE(agree(got, expected, fused, 20));
    multiply(a.matrix, panels, got.matrix, false, {}, {0, 1});
    multiply(a.matrix, panels, got.matrix, false, {}, {4});
    EXPECT_TRUE(agree(got, all, fused, 20));
  });
}

TEST(Product, KeepsNanThroughRelu) {
  reference::for_each_target([](const std::string& target, bool) {
    SCOPED_TRACE(target);
    float a = NAN, b = 1, c = 0;
    Panels panels;
    panels.pack(ConstMatrix{&b, 1, 1, 1});
    multiply(ConstMatrix{&a, 1, 1, 1}, panels, Matrix{&c, 1, 1, 1}, false, {.relu = true});
    EXPECT_TRUE(std::isnan(c));
  });
}

TEST(Panels, TakeChosenRows) {
  reference::for_each_target([](const std::string& target, bool) {
    SCOPED_TRACE(target);
    for (size_t inner : kSizes) {
      const Sample b(40, inner, 1, "b");
      std::vector<uint32_t> rows;
      for (uint32_t i = 0; i < 37; ++i) rows.push_back(i * 7 % 40);
      Panels chosen;
      chosen.pack_transposed(b.matrix, rows);
      ASSERT_EQ(chosen.columns(), 37u);
      for (size_t j = 0; j < 48; ++j) {
        for (size_t k = 0; k < inner; ++k)
          EXPECT_EQ(chosen.panel(j / 16)[k * 16 + j % 16], j < 37 ? b.matrix(rows[j], k) : 0);
      }
    }
  });
}

TEST(Panels, KeepTheirMemoryWhenTheyShrink) {
  Panels panels;
  panels.resize(64, 64);
  const float* before = panels.panel(0);
  panels.resize(10, 17);
  EXPECT_EQ(panels.panel(0), before);
  EXPECT_EQ(panels.count(), 2u);
}

TEST(Panels, PadTheLastWithZeros) {
  const Sample b(3, 18, 4, "b");
  Panels panels;
  panels.pack(b.matrix);
  EXPECT_EQ(panels.panel(1)[16], b.matrix(1, 16));
  for (size_t j = 2; j < 16; ++j) EXPECT_EQ(panels.panel(1)[32 + j], 0);
}

}  // namespace
}  // namespace shortlist
