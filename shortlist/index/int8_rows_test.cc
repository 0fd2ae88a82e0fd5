#include "shortlist/index/int8_rows.h"

#include <gtest/gtest.h>

#include <numeric>

#include "shortlist/index/int8_kernels.h"
#include "shortlist/testing/reference.h"
#include "shortlist/testing/vectors.h"

namespace shortlist {
namespace {

using testing::normal_vectors, testing::Vectors;

TEST(Int8Scores, AreTheSameWithEveryInstruction) {
  const RandomStream random(3, "codes");
  for (size_t stride : {32, 64, 96, 160}) {
    std::vector<uint8_t> rows(20 * stride);
    std::vector<int8_t> query(stride);
    for (size_t i = 0; i < rows.size(); ++i)
      rows[i] = static_cast<uint8_t>(i % 5 == 0 ? 255 : random.below(i, 256));
    for (size_t i = 0; i < stride; ++i)
      query[i] = static_cast<int8_t>(i % 3 == 0 ? -128 : static_cast<int>(random.below(i, 256)) - 128);
    for (size_t count : {0, 1, 3, 4, 5, 8, 11}) {
      std::vector<uint32_t> ids;
      std::vector<float> expected;
      for (uint32_t i = 0; i < count; ++i) {
        ids.push_back(i * 7 % 20);
        const uint8_t* row = rows.data() + ids.back() * stride;
        expected.push_back(
            static_cast<float>(std::inner_product(row, row + stride, query.begin(), 0) - 1000));
      }
      reference::for_each_target([&](const std::string& target, bool) {
        for (bool hidden : {false, true}) {
          hide_vnni(hidden);
          std::vector<float> got(count, -1);
          int8_scores(rows.data(), stride, query.data(), 1000, ids.data(), count, got.data());
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
  Int8Rows rows(37, Int8Rows::fitting_scale(vectors.view()));
  rows.append(vectors.view(), pool);
  ASSERT_EQ(rows.stride(), 64u);
  ASSERT_EQ(rows.rows(), 30u);
  for (size_t r = 0; r < 30; ++r) {
    for (size_t c = 0; c < 64; ++c) {
      const float exact = c < 37 ? vectors.view()(r, c) : 0;
      EXPECT_NEAR(rows.scale() * static_cast<float>(rows.row(r)[c] - 128), exact, rows.scale() * 0.5001f);
    }
  }
}

TEST(Int8Rows, CutOutliers) {
  ThreadPool pool(1);
  Vectors vectors = normal_vectors(2000, 20, "v");
  vectors.row(70)[3] = -1e6;
  vectors.row(71)[3] = 1e6;
  Int8Rows rows(20, Int8Rows::fitting_scale(vectors.view()));
  rows.append(vectors.view(), pool);
  EXPECT_LT(rows.scale(), 6.0f / 127);
  EXPECT_EQ(rows.row(70)[3], 1);
  EXPECT_EQ(rows.row(71)[3], 255);
}

TEST(Int8Rows, ScoreInTheOrderOfInnerProducts) {
  ThreadPool pool(1);
  const Vectors vectors = normal_vectors(50, 40, "v"), queries = normal_vectors(1, 40, "q");
  Int8Rows rows(40, Int8Rows::fitting_scale(vectors.view()));
  rows.append(vectors.view().head(20), pool);
  rows.append(vectors.view().slice(20, 50), pool);
  Int8Query query;
  rows.set_query(queries.view().row_span(0), query);
  float largest = 0;
  for (float v : queries.view().row_span(0)) largest = std::max(largest, std::abs(v));
  for (const Scored& exact : testing::search_slowly(vectors.view(), queries.view().row_span(0), 50).best) {
    float score = 0;
    rows.scores(query, {&exact.index, 1}, &score);
    EXPECT_NEAR(score * rows.scale() * largest / 127, exact.score, 0.3);
  }
}

TEST(Int8Rows, TakeARowAsAQuery) {
  ThreadPool pool(1);
  const float values[] = {1, -0.5f, 0.25f, 0};
  Int8Rows rows(4, 1.0f / 127);
  rows.append({values, 1, 4, 4}, pool);
  Int8Query from_row, from_vector;
  rows.set_query(0, from_row);
  rows.set_query(values, from_vector);
  EXPECT_EQ(from_row.codes, from_vector.codes);
  EXPECT_EQ(from_row.offset, from_vector.offset);
  EXPECT_EQ(from_row.offset, 128 * (127 - 64 + 32));
}

TEST(Int8Rows, HoldZeroAndTinyVectors) {
  ThreadPool pool(1);
  const float values[] = {0, 0, 1e-38f, -1e-38f};
  Int8Rows rows(2, Int8Rows::fitting_scale({values, 2, 2, 2}));
  rows.append({values, 2, 2, 2}, pool);
  for (size_t r = 0; r < 2; ++r) EXPECT_EQ(rows.row(r)[0], 128);
}

}  // namespace
}  // namespace shortlist
