#include "shortlist/index/int8_rows.h"

#include <gtest/gtest.h>

#include <numeric>

#include "shortlist/index/int8_kernels.h"
#include "shortlist/index/testing.h"
#include "shortlist/math/reference.h"

namespace shortlist {
namespace {

using testing::normal_vectors, testing::Vectors;

TEST(Int8Products, AreTheSameIntegersWithEveryInstruction) {
  const RandomStream random(3, "codes");
  for (size_t stride : {32, 64, 96, 160}) {
    std::vector<uint8_t> rows(20 * stride);
    std::vector<int8_t> query(stride);
    for (size_t i = 0; i < rows.size(); ++i)
      rows[i] = static_cast<uint8_t>(random.below(i, 5) == 0 ? 255 : random.below(i, 256));
    for (size_t i = 0; i < stride; ++i)
      query[i] = static_cast<int8_t>(i % 3 == 0 ? -128 : static_cast<int>(random.below(i, 256)) - 128);
    for (size_t count : {0, 1, 3, 4, 5, 8, 11}) {
      std::vector<uint32_t> ids;
      std::vector<int32_t> expected;
      for (uint32_t i = 0; i < count; ++i) {
        ids.push_back(i * 7 % 20);
        const uint8_t* row = rows.data() + ids.back() * stride;
        expected.push_back(std::inner_product(row, row + stride, query.begin(), 0));
      }
      reference::for_each_target([&](const std::string& target, bool) {
        for (bool hidden : {false, true}) {
          hide_vnni(hidden);
          std::vector<int32_t> got(count, -1);
          int8_products(rows.data(), stride, query.data(), ids.data(), count, got.data());
          EXPECT_EQ(got, expected) << target << (use_vnni() ? " with VNNI, " : ", ") << count << " of "
                                   << stride;
        }
      });
      hide_vnni(false);
    }
  }
}

TEST(Int8Rows, AreOffByHalfAScaleAtMost) {
  ThreadPool pool(1);
  const Vectors vectors = normal_vectors(30, 37, "v");
  Int8Rows rows(37);
  rows.append(vectors.view(), pool);
  ASSERT_EQ(rows.stride(), 64u);
  for (size_t r = 0; r < 30; ++r) {
    for (size_t c = 0; c < 64; ++c) {
      const float exact = c < 37 ? vectors.view()(r, c) : 0,
                  got = rows.scale(r) * static_cast<float>(rows.row(r)[c] - 128);
      EXPECT_NEAR(got, exact, rows.scale(r) * 0.5001f);
    }
  }
}

TEST(Int8Rows, ScoreNearToTheInnerProduct) {
  ThreadPool pool(1);
  const Vectors vectors = normal_vectors(50, 40, "v"), queries = normal_vectors(1, 40, "q");
  Int8Rows rows(40);
  rows.append(vectors.view().head(20), pool);
  rows.append(vectors.view().slice(20, 50), pool);
  Int8Query query;
  rows.set_query(queries.view().row_span(0), query);
  std::vector<uint32_t> ids(50);
  std::iota(ids.begin(), ids.end(), 0);
  std::vector<float> scores(50);
  rows.scores(query, ids, scores.data());
  for (const Scored& exact : testing::search_slowly(vectors.view(), queries.view().row_span(0), 50))
    EXPECT_NEAR(scores[exact.index], exact.score, 0.3);
}

TEST(Int8Rows, TakeARowAsAQuery) {
  ThreadPool pool(1);
  const Vectors vectors = normal_vectors(4, 8, "v");
  Int8Rows rows(8);
  rows.append(vectors.view(), pool);
  Int8Query from_row, from_vector;
  rows.set_query(2, from_row);
  rows.set_query(vectors.view().row_span(2), from_vector);
  EXPECT_EQ(from_row.codes, from_vector.codes);
  EXPECT_EQ(from_row.offset, from_vector.offset);
  EXPECT_EQ(from_row.scale, from_vector.scale);
}

TEST(Int8Rows, HoldZeroAndTinyVectors) {
  ThreadPool pool(1);
  const float values[] = {0, 0, 1e-38f, -1e-38f};
  Int8Rows rows(2);
  rows.append({values, 2, 2, 2}, pool);
  for (size_t r = 0; r < 2; ++r) {
    EXPECT_EQ(rows.scale(r), 0);
    EXPECT_EQ(rows.row(r)[0], 128);
  }
}

}  // namespace
}  // namespace shortlist
