#include "shortlist/index/exact_search.h"

#include <gtest/gtest.h>

#include "shortlist/testing/reference.h"
#include "shortlist/testing/vectors.h"

namespace shortlist {
namespace {

using testing::ids, testing::normal_vectors, testing::search_slowly, testing::Vectors;

ThreadPool pool(1);

// Bitwise equal if the processor has fused multiply-add.
void expect_same(const Found& found, const Found& right, bool fused) {
  const std::vector<Scored>&got = found.best, &expected = right.best;
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_TRUE(!fused || got[i].index == expected[i].index);
    EXPECT_NEAR(got[i].score, expected[i].score, fused ? 0 : 1e-4);
  }
}

TEST(ExactIndex, FindsWhatSortingAllScoresFinds) {
  reference::for_each_target([](const std::string& target, bool fused) {
    SCOPED_TRACE(target);
    for (size_t rows : {1, 63, 64, 65, 1023, 1024, 1025, 3000, 4097}) {
      const Vectors vectors = normal_vectors(rows, 7 + rows % 5, "candidates");
      const Vectors queries = normal_vectors(3, vectors.cols, "queries");
      const ExactIndex index(vectors.view(), pool);
      const auto found = index.search(queries.view(), 10);
      for (size_t q = 0; q < 3; ++q)
        expect_same(found[q], search_slowly(vectors.view(), queries.view().row_span(q), 10), fused);
      expect_same(index.search(queries.view().head(1), 10).front(), found[0], fused);
    }
  });
}

TEST(SearchChosen, FindsTheBestOfTheChosenForOneQueryAndForMany) {
  reference::for_each_target([](const std::string& target, bool fused) {
    SCOPED_TRACE(target);
    for (size_t width : {1, 3, 4, 7, 16, 33}) {
      const Vectors vectors = normal_vectors(900, width, "candidates"),
                    queries = normal_vectors(2, width, "queries");
      for (size_t count : {0, 1, 15, 16, 17, 31, 32, 33, 300, 900}) {
        std::vector<uint8_t> eligible(vectors.rows);
        std::vector<uint32_t> chosen;
        for (uint32_t i = 0; i < count; ++i) chosen.push_back(i * 7 % 900), eligible[i * 7 % 900] = 1;
        const auto found = search_chosen(queries.view(), vectors.view(), chosen, 6);
        for (size_t q = 0; q < queries.rows; ++q) {
          const auto query = queries.view().row_span(q);
          expect_same(found[q], search_slowly(vectors.view(), query, 6, eligible), fused);
          expect_same(search_chosen(query, vectors.view(), chosen, 6), found[q], fused);
        }
      }
    }
  });
}

TEST(ExactIndex, AnswersABlockOfQueriesAsItAnswersOne) {
  const Vectors vectors = normal_vectors(2000, 12, "candidates"),
                queries = normal_vectors(200, 12, "queries");
  const ExactIndex index(vectors.view(), pool);
  const auto together = index.search(queries.view(), 5);
  for (size_t q = 0; q < queries.rows; ++q)
    expect_same(index.search(queries.view().slice(q, q + 1), 5).front(), together[q], true);
}

TEST(ExactIndex, PutsTheLowerIdOfEqualScoresFirst) {
  Vectors vectors{100, 2, std::vector<float>(200, 1.0f)};
  vectors.row(70)[0] = 3;
  const float query[] = {1, 1};
  EXPECT_EQ(ids(ExactIndex(vectors.view(), pool).search({query, 1, 2, 2}, 4).front()),
            (std::vector<uint32_t>{70, 0, 1, 2}));
}

TEST(ExactIndex, ReturnsOnlyTheEligibleAndAllThatAreAskedFor) {
  const Vectors vectors = normal_vectors(3000, 9, "candidates"), queries = normal_vectors(5, 9, "queries");
  const ExactIndex index(vectors.view(), pool);
  for (size_t step : {1, 2, 7, 9, 50, 2999}) {
    std::vector<uint8_t> eligible(vectors.rows);
    for (size_t i = 0; i < vectors.rows; i += step) eligible[i] = 1;
    const auto found = index.search(queries.view(), 20, eligible);
    for (size_t q = 0; q < queries.rows; ++q)
      expect_same(found[q], search_slowly(vectors.view(), queries.view().row_span(q), 20, eligible), true);
  }
}

TEST(ExactIndex, ReturnsNothingWhereNothingIsEligible) {
  const Vectors vectors = normal_vectors(50, 4, "candidates");
  const std::vector<uint8_t> none(50, 0);
  EXPECT_TRUE(ExactIndex(vectors.view(), pool).search(vectors.view().head(1), 5, none).front().best.empty());
}

}  // namespace
}  // namespace shortlist
