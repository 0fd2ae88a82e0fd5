// The exact indexes that store fewer bits: Bf16Index and Int8Index.
#include <gtest/gtest.h>

#include "shortlist/index/bf16_index.h"
#include "shortlist/index/exact_search.h"
#include "shortlist/index/int8.h"
#include "shortlist/index/int8_index.h"
#include "shortlist/index/int8_kernels.h"
#include "shortlist/index/panel_kernels.h"
#include "shortlist/testing/reference.h"
#include "shortlist/testing/vectors.h"

namespace shortlist {
namespace {

using testing::clustered_vectors, testing::normal_vectors, testing::Vectors;

ThreadPool pool(1);

// With each kind of vector instruction, for a block of queries and for single ones.
void expect_same_answers(const Index& index, const Index& expected, ConstMatrix queries, size_t k,
                         Eligible eligible = {}) {
  const auto right = expected.search(queries, k, eligible);
  const auto check = [&](const std::string& how, const std::vector<Found>& found) {
    for (size_t q = 0; q < queries.rows; ++q) {
      EXPECT_TRUE(found[q].exact);
      const std::vector<Scored>&got = found[q].best, &need = right[q].best;
      ASSERT_EQ(got.size(), need.size()) << how << ", query " << q;
      for (size_t i = 0; i < got.size(); ++i) {
        EXPECT_EQ(got[i].index, need[i].index) << how << ", query " << q << ", place " << i;
        EXPECT_EQ(got[i].score, need[i].score) << how << ", query " << q << ", place " << i;
      }
    }
  };
  for (bool hidden : {false, true}) {
    hide_vnni(hidden);
    const std::string how = hidden ? "without VNNI" : "at best";
    check(how, index.search(queries, k, eligible));
    std::vector<Found> alone;
    for (size_t q = 0; q < queries.rows; ++q)
      alone.push_back(index.search(queries.slice(q, q + 1), k, eligible).front());
    check(how + ", alone", alone);
  }
  hide_vnni(false);
}

TEST(Int8Index, AnswersAsFloat32ToTheBit) {
  for (size_t rows : {1, 16, 17, 1000, 1024, 1041, 5000}) {
    for (size_t cols : {1, 3, 4, 16, 33, 64}) {
      const Vectors vectors = normal_vectors(rows, cols, "v"), queries = normal_vectors(7, cols, "q");
      const Int8Index index(vectors.view(), pool);
      expect_same_answers(index, ExactIndex(vectors.view(), pool), queries.view(), 10);
    }
  }
  const Vectors vectors = clustered_vectors(6000, 24, 20, "v"), queries = clustered_vectors(20, 24, 20, "q");
  expect_same_answers(Int8Index(vectors.view(), pool), ExactIndex(vectors.view(), pool), queries.view(), 100);
}

TEST(Int8Index, AnswersAsFloat32WithEveryInstruction) {
  const Vectors vectors = clustered_vectors(3000, 18, 20, "v"), queries = clustered_vectors(9, 18, 20, "q");
  reference::for_each_target([&](const std::string& target, bool) {
    SCOPED_TRACE(target);
    expect_same_answers(Int8Index(vectors.view(), pool), ExactIndex(vectors.view(), pool), queries.view(),
                        20);
  });
}

TEST(Int8Index, AnswersAsFloat32WhereVectorsAreFarFromAlike) {
  Vectors vectors = normal_vectors(4000, 12, "v"), queries = normal_vectors(6, 12, "q");
  for (float& v : vectors.row(70)) v *= 1e6f;
  for (float& v : vectors.row(71)) v *= -1e5f;
  for (float& v : vectors.row(72)) v = 0;
  for (size_t r = 100; r < 200; ++r) std::ranges::copy(vectors.row(5), vectors.row(r).begin());
  for (float& v : queries.row(1)) v = 0;
  for (float& v : queries.row(2)) v *= 1e-35f;
  for (float& v : queries.row(3)) v *= 1e20f;
  const ExactIndex exact(vectors.view(), pool);
  expect_same_answers(Int8Index(vectors.view(), pool), exact, queries.view(), 30);
  // Products that underflow in float32: all scores are 0.
  Vectors tiny = normal_vectors(300, 12, "v"), tiny_query = normal_vectors(1, 12, "q");
  for (float& v : tiny.values) v *= 1e-25f;
  for (float& v : tiny_query.values) v *= 1e-25f;
  expect_same_answers(Int8Index(tiny.view(), pool), ExactIndex(tiny.view(), pool), tiny_query.view(), 9);
  const Vectors zeros{50, 12, std::vector<float>(600)};
  expect_same_answers(Int8Index(zeros.view(), pool), ExactIndex(zeros.view(), pool), queries.view(), 5);
}

// With a scale of 1, the rounding error reaches its bound: 100 vectors look best by their codes, and the five
// best look worse than the error of their codes alone allows.
TEST(Int8Index, AnswersAsFloat32WhereCodesDeceive) {
  constexpr size_t kCols = 16;
  Vectors vectors{1000, kCols, std::vector<float>(1000 * kCols, 10)};
  const Vectors query{4, kCols, std::vector<float>(4 * kCols, 1)};
  for (size_t r = 0; r < 1000; r += 10) std::ranges::fill(vectors.row(r + 3), 49.51f);  // coded as 50
  for (size_t r = 0; r < 10; ++r) std::ranges::fill(vectors.row(100 * r + 5), -127.0f);
  for (size_t r = 7; r < 1000; r += 200) {
    for (size_t c = 0; c < kCols; ++c) vectors.row(r)[c] = c % 2 == 0 ? 49.49f : 50.49f;  // as 49 and 50
  }
  expect_same_answers(Int8Index(vectors.view(), pool), ExactIndex(vectors.view(), pool), query.view(), 10);
}

// Without fused multiply-add, sums of products with opposite infinities are NaN, whatever the codes are.
TEST(Int8Index, FindsAsManyWhereProductsOverflow) {
  Vectors vectors = normal_vectors(1000, 12, "v"), query = normal_vectors(5, 12, "q");
  for (float& v : vectors.values) v *= 5;
  for (float& v : query.values) v *= 8e37f;
  reference::for_each_target([&](const std::string& target, bool) {
    SCOPED_TRACE(target);
    const auto expected = ExactIndex(vectors.view(), pool).search(query.view(), 10);
    const auto found = Int8Index(vectors.view(), pool).search(query.view(), 10);
    for (size_t q = 0; q < 5; ++q) EXPECT_EQ(found[q].best.size(), expected[q].best.size());
  });
}

TEST(Int8Index, AnswersAsFloat32OverTheEligible) {
  const Vectors vectors = clustered_vectors(3000, 10, 20, "v"), queries = clustered_vectors(6, 10, 20, "q");
  const Int8Index index(vectors.view(), pool);
  const ExactIndex exact(vectors.view(), pool);
  for (size_t step : {1, 3, 30}) {
    std::vector<uint8_t> eligible(3000);
    for (size_t i = 0; i < 3000; i += step) eligible[i] = 1;
    expect_same_answers(index, exact, queries.view(), 40, eligible);
  }
  expect_same_answers(index, exact, queries.view(), 5000);
  expect_same_answers(index, exact, queries.view(), 0);
}

TEST(Int8Encode, AgreesWithRoundingOneByOne) {
  reference::for_each_target([](const std::string& target, bool) {
    SCOPED_TRACE(target);
    for (size_t width : {1, 2, 3, 5, 15, 16, 17, 33, 64}) {
      const Vectors query = normal_vectors(1, width, "q");
      for (int most : {kInt8Most, 127 * 128}) {
        std::vector<int8_t> high(width + kInt8Slack, 1), low(width + kInt8Slack, 1);
        const bool wide = most > kInt8Most;
        const Int8Encoding got = int8_encode(query.values, most, high.data(), wide ? low.data() : nullptr);
        float largest = 0;
        for (float x : query.values) largest = std::max(largest, std::abs(x));
        EXPECT_EQ(got.scale, largest / static_cast<float>(most));
        int sum = 0;
        double square = 0, off_square = 0;
        for (size_t j = 0; j < width; ++j) {
          const float x = query.values[j] * inverse_scale(got.scale);
          const int code = quantise(query.values[j], inverse_scale(got.scale), most);
          EXPECT_EQ(wide ? 128 * high[j] + low[j] : high[j], code) << j << " of " << width;
          sum += code;
          square += x * x;
          off_square += (x - static_cast<float>(code)) * (x - static_cast<float>(code));
        }
        EXPECT_EQ(got.sum, sum);
        EXPECT_NEAR(got.norm, std::sqrt(square), 1e-5 * got.norm);
        EXPECT_NEAR(got.error, std::sqrt(off_square), 1e-5 * got.error + 1e-6);
        for (size_t j = width; j % 4 != 0; ++j) EXPECT_EQ(high[j] | (wide ? low[j] : 0), 0);
      }
    }
  });
}

TEST(Int8PanelScores, AreTheSameWithEveryInstruction) {
  const RandomStream random(3, "codes");
  for (size_t groups : {1, 2, 5, 16}) {
    for (size_t count : {1, 2, 3}) {
      constexpr size_t kQueries = 11;
      const size_t width = 4 * groups;
      constexpr size_t kPanel = kPanelCandidates;
      const size_t candidates = kPanel * count;
      std::vector<uint8_t> codes(candidates * width);
      std::vector<int8_t> high(kQueries * width), low(kQueries * width);
      for (size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<uint8_t>(random.below(i, 256));
      for (size_t i = 0; i < high.size(); ++i) {
        high[i] = static_cast<int8_t>(static_cast<int>(random.below(2 * i, 256)) - 128);
        low[i] = static_cast<int8_t>(static_cast<int>(random.below(2 * i + 1, 256)) - 128);
      }
      const auto sum = [&](const int8_t* query, size_t candidate) {
        int32_t total = 0;
        for (size_t j = 0; j < width; ++j)
          total += query[j] *
                   codes[((candidate / kPanel * groups + j / 4) * kPanel + candidate % kPanel) * 4 + j % 4];
        return total;
      };
      std::vector<int32_t> offsets;
      for (int q = 0; q < static_cast<int>(kQueries); ++q) offsets.push_back(q * 100 - 300);
      reference::for_each_target([&](const std::string& target, bool) {
        for (bool hidden : {false, true}) {
          hide_vnni(hidden);
          SCOPED_TRACE(fmt::format("{}, {} groups, {} panels, hidden {}", target, groups, count, hidden));
          const Int8PanelsView panels{codes.data(), groups, count};
          std::vector<float> one(candidates), many(kQueries * candidates);
          int8_panel_scores(panels, high.data(), low.data(), 77, one.data());
          int8_panel_products(panels, high.data(), offsets.data(), kQueries, many.data(), candidates);
          for (size_t i = 0; i < candidates; ++i) {
            EXPECT_EQ(one[i], static_cast<float>(128 * sum(high.data(), i) + sum(low.data(), i) - 77));
            for (size_t q = 0; q < kQueries; ++q)
              EXPECT_EQ(many[q * candidates + i],
                        static_cast<float>(sum(high.data() + q * width, i) - offsets[q]));
          }
        }
      });
      hide_vnni(false);
    }
  }
}

float widened(float x) { return from_bf16(to_bf16(x)); }

TEST(Bf16, RoundsToTheNearestAndToEven) {
  EXPECT_EQ(widened(1.0f), 1.0f);
  EXPECT_EQ(widened(1.00390625f), 1.0f);        // halfway to the next; 1 is even
  EXPECT_EQ(widened(1.01171875f), 1.015625f);   // halfway to the next, which is even
  EXPECT_EQ(widened(1.00390637f), 1.0078125f);  // just above halfway
  EXPECT_EQ(widened(-3.14159265f), -3.140625f);
  EXPECT_EQ(widened(0), 0);
}

TEST(Bf16PanelScores, AreThoseOfFloat32NearAndFar) {
  const Vectors values = normal_vectors(3 * kPanelCandidates, 10, "v"), query = normal_vectors(1, 9, "q");
  std::vector<uint16_t> panels;
  for (float v : values.values) panels.push_back(to_bf16(v));
  reference::for_each_target([&](const std::string& target, bool) {
    for (size_t width : {1, 2, 3, 8, 9}) {
      const size_t size = bf16_panel_size(width), wide_size = width * kPanelCandidates;
      for (size_t count : {1, 2, 3}) {
        SCOPED_TRACE(fmt::format("{}, {} wide, {} panels", target, width, count));
        std::vector<float> wide(count * wide_size), scores(count * kPanelCandidates), expected = scores;
        for (size_t p = 0; p < count; ++p)
          widen_panel(panels.data() + p * size, width, wide.data() + p * wide_size);
        panel_scores(wide.data(), width, count, query.values.data(), expected.data());
        for (bool near : {false, true}) {
          panel_scores(panels.data(), width, count, near, query.values.data(), scores.data());
          EXPECT_EQ(scores, expected) << "near: " << near;
        }
      }
    }
  });
}

TEST(Bf16Index, AnswersAsFloat32ToTheBit) {
  reference::for_each_target([&](const std::string& target, bool) {
    SCOPED_TRACE(target);
    for (size_t rows : {1, 16, 17, 1000, 1041, 3000}) {
      const Vectors vectors = normal_vectors(rows, 5 + rows % 7, "v"),
                    queries = normal_vectors(9, vectors.cols, "q");
      const Bf16Index index(vectors.view(), pool);
      const ExactIndex exact(vectors.view(), pool);
      expect_same_answers(index, exact, queries.view(), 10);
      std::vector<uint8_t> eligible(rows);
      for (size_t i = 0; i < rows; i += 3) eligible[i] = 1;
      expect_same_answers(index, exact, queries.view(), 10, eligible);
    }
  });
}

// All vectors round to the same values: only their float32 values show which is best.
TEST(Bf16Index, TellsVectorsApartThatRoundToTheSame) {
  for (size_t rows : {500, 3000}) {
    Vectors vectors{rows, 8, std::vector<float>(rows * 8, 1)};
    for (size_t r = 0; r < rows; ++r) vectors.row(r)[r % 8] += 1e-6f * static_cast<float>(r * 7919 % rows);
    const Vectors query{5, 8, std::vector<float>(40, 1)};
    expect_same_answers(Bf16Index(vectors.view(), pool), ExactIndex(vectors.view(), pool), query.view(), 10);
  }
}

TEST(Bf16Index, AnswersAsFloat32AtTheEndsOfItsRange) {
  for (size_t rows : {500, 3000}) {
    for (float size : {3.4e38f, 1e20f, 1e-25f, 1e-40f, 0.0f}) {
      for (float query_size : {1.0f, 1e19f, 1e-30f, 0.0f}) {
        SCOPED_TRACE(fmt::format("{} vectors times {}, queries times {}", rows, size, query_size));
        Vectors vectors = normal_vectors(rows, 6, "v"), queries = normal_vectors(5, 6, "q");
        for (float& v : vectors.values) v = std::clamp(v, -1.0f, 1.0f) * size;
        for (float& v : queries.values) v *= query_size;
        expect_same_answers(Bf16Index(vectors.view(), pool), ExactIndex(vectors.view(), pool), queries.view(),
                            10);
      }
    }
  }
}

}  // namespace
}  // namespace shortlist
