#include "shortlist/index/hnsw.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>
#include <thread>

#include "shortlist/index/exact_search.h"
#include "shortlist/testing/vectors.h"

namespace shortlist {
namespace {

using testing::clustered_vectors, testing::ids, testing::normal_vectors, testing::recall,
    testing::search_slowly, testing::Vectors;

const HnswConfig kSmall{.m = 8, .ef_construction = 60, .ef_search = 40};

TEST(Hnsw, FindsNearlyAllOfTheBest) {
  ThreadPool pool(1);
  const Vectors vectors = clustered_vectors(3000, 16, 50, "v"), queries = clustered_vectors(50, 16, 50, "q");
  const Hnsw index(vectors.view(), kSmall, pool);
  EXPECT_GT(recall(index, vectors.view(), queries.view(), 10), 0.95);
}

TEST(Hnsw, FindsNearlyAllOfTheBestByInnerProduct) {
  ThreadPool pool(1);
  const Vectors vectors = normal_vectors(2000, 12, "v"), queries = normal_vectors(50, 12, "q");
  const Hnsw index(vectors.view(), kSmall, pool);
  EXPECT_GT(recall(index, vectors.view(), queries.view(), 10), 0.9);
}

TEST(Hnsw, LinksByDistanceWhereThatFindsMore) {
  ThreadPool pool(1);
  // The last number makes a vector the best for its neighbors, but not for the queries.
  Vectors vectors = normal_vectors(3000, 12, "v"), queries = normal_vectors(100, 12, "q");
  for (size_t r = 0; r < vectors.rows; ++r) vectors.row(r)[11] = 4 * std::abs(vectors.row(r)[11]);
  for (size_t r = 0; r < queries.rows; ++r) queries.row(r)[11] = 0;
  const ConstMatrix seen = queries.view().head(50), fresh = queries.view().slice(50, 100);
  const Hnsw by_product(vectors.view(), kSmall, pool), chosen(vectors.view(), kSmall, pool, seen);
  EXPECT_TRUE(chosen.by_distance());
  EXPECT_GT(recall(chosen, vectors.view(), fresh, 10), recall(by_product, vectors.view(), fresh, 10) + 0.1);
}

TEST(Hnsw, LinksByInnerProductWhereThatFindsMore) {
  ThreadPool pool(1);
  const Vectors vectors = normal_vectors(2000, 12, "v"), queries = normal_vectors(50, 12, "q");
  EXPECT_FALSE(Hnsw(vectors.view(), kSmall, pool, queries.view()).by_distance());
}

TEST(Hnsw, ScoresAsExactSearchDoes) {
  ThreadPool pool(1);
  const Vectors vectors = clustered_vectors(2000, 10, 30, "v"), queries = clustered_vectors(20, 10, 30, "q");
  const Hnsw index(vectors.view(), {.m = 8, .ef_construction = 60, .ef_search = 300}, pool);
  const auto found = index.search(queries.view(), 10),
             exact = ExactIndex(vectors.view(), pool).search(queries.view(), 10);
  for (size_t q = 0; q < queries.rows; ++q) {
    ASSERT_EQ(ids(found[q]), ids(exact[q]));
    for (size_t i = 0; i < 10; ++i) EXPECT_EQ(found[q].best[i].score, exact[q].best[i].score);
  }
}

TEST(Hnsw, BuildsTheSameGraphWithAnyNumberOfThreads) {
  const Vectors vectors = clustered_vectors(1500, 8, 20, "v");
  ThreadPool one(1), three(3);
  const Hnsw a(vectors.view(), kSmall, one), b(vectors.view(), kSmall, three);
  EXPECT_TRUE(std::ranges::equal(a.graph().base(), b.graph().base()));
  EXPECT_TRUE(std::ranges::equal(a.graph().upper(), b.graph().upper()));
  EXPECT_EQ(a.graph().entry_point(), b.graph().entry_point());
}

TEST(Hnsw, KeepsToTheRulesOfItsGraph) {
  ThreadPool pool(1);
  const Vectors vectors = clustered_vectors(1500, 8, 20, "v");
  const Hnsw index(vectors.view(), kSmall, pool);
  const HnswGraph& graph = index.graph();
  for (uint32_t node = 0; node < graph.size(); ++node) {
    EXPECT_LE(graph.level(node), graph.level(graph.entry_point()));
    for (int layer = 0; layer <= graph.level(node); ++layer) {
      const auto neighbors = graph.neighbors(node, layer);
      EXPECT_TRUE(layer > 0 || !neighbors.empty());
      EXPECT_EQ(std::set(neighbors.begin(), neighbors.end()).size(), neighbors.size());
      for (uint32_t neighbor : neighbors) {
        EXPECT_NE(neighbor, node);
        EXPECT_GE(graph.level(neighbor), layer);
      }
    }
  }
}

TEST(Hnsw, AnswersOverFewCandidates) {
  ThreadPool pool(1);
  const Vectors vectors = normal_vectors(30, 5, "v");
  for (size_t count : {0, 1, 2, 30}) {
    const Hnsw index(vectors.view().head(count), kSmall, pool);
    for (size_t k : {1, 10, 100}) {
      const auto found = index.search(vectors.view().slice(7, 8), k).front();
      EXPECT_EQ(ids(found), ids(search_slowly(vectors.view().head(count), vectors.view().row_span(7), k)));
    }
  }
}

TEST(Hnsw, FindsWhatIsAdded) {
  ThreadPool pool(1);
  const Vectors vectors = clustered_vectors(2000, 16, 50, "v"), queries = clustered_vectors(30, 16, 50, "q");
  Hnsw index(vectors.view().head(1200), kSmall, pool);
  index.add(vectors.view().slice(1200, 1201), pool);
  index.add(vectors.view().slice(1201, 2000), pool);
  ASSERT_EQ(index.size(), 2000u);
  EXPECT_GT(recall(index, vectors.view(), queries.view(), 10), 0.95);
}

TEST(Hnsw, FindsWhatIsLargeAfterWhatIsSmall) {
  ThreadPool pool(1);
  Vectors vectors = clustered_vectors(1000, 16, 20, "v");
  const Vectors queries = clustered_vectors(30, 16, 20, "q");
  for (float& value : std::span(vectors.values).first(100 * 16)) value *= 0.01f;
  Hnsw index(vectors.view().head(100), kSmall, pool);
  index.add(vectors.view().slice(100, 1000), pool);
  EXPECT_GT(recall(index, vectors.view(), queries.view(), 10), 0.95);
}

TEST(Hnsw, NeverReturnsWhatIsRemoved) {
  ThreadPool pool(1);
  const Vectors vectors = clustered_vectors(2000, 8, 10, "v"), queries = clustered_vectors(20, 8, 10, "q");
  Hnsw index(vectors.view(), kSmall, pool);
  std::vector<uint8_t> left(2000, 1);
  std::vector<uint32_t> order(2000);
  std::iota(order.begin(), order.end(), 0);
  RandomStream(9, "order").shuffle(std::span(order));
  for (size_t removed = 0; removed < 1995;) {
    for (size_t end = removed + 399; removed < end; ++removed) {
      index.remove(order[removed]);
      left[order[removed]] = 0;
    }
    const auto found = index.search(queries.view(), 10);
    const size_t need = std::min<size_t>(10, 2000 - removed);
    for (const auto& answer : found) {
      EXPECT_EQ(answer.best.size(), need);
      for (const Scored& s : answer.best) EXPECT_TRUE(left[s.index]);
    }
    EXPECT_GT(recall(index, vectors.view(), queries.view(), 10, left), 0.9);
  }
}

TEST(Hnsw, ReturnsKOfTheEligibleWhereverThereAreK) {
  ThreadPool pool(1);
  const Vectors vectors = clustered_vectors(3000, 8, 10, "v"), queries = clustered_vectors(20, 8, 10, "q");
  const Hnsw index(vectors.view(), kSmall, pool);
  // The candidates with the lowest scores for a query are the hardest to reach.
  const auto order = ids(search_slowly(vectors.view(), queries.view().row_span(0), 3000));
  for (size_t count : {0, 1, 9, 10, 50, 700, 1500, 2999}) {
    std::vector<uint8_t> eligible(3000);
    for (size_t i = 0; i < count; ++i) eligible[order[2999 - i]] = 1;
    for (const auto& answer : index.search(queries.view(), 10, eligible)) {
      EXPECT_EQ(answer.best.size(), std::min<size_t>(10, count));
      for (const Scored& s : answer.best) EXPECT_TRUE(eligible[s.index]);
    }
    EXPECT_TRUE(count == 0 || recall(index, vectors.view(), queries.view(), 10, eligible) > 0.9) << count;
  }
}

TEST(Hnsw, StandsCandidatesThatAreAllTheSame) {
  ThreadPool pool(1);
  Vectors vectors{500, 4, std::vector<float>(2000, 0.5f)};
  const Hnsw index(vectors.view(), kSmall, pool);
  const auto found = index.search(vectors.view().head(1), 20).front();
  EXPECT_EQ(found.best.size(), 20u);
  for (const Scored& s : found.best) EXPECT_EQ(s.score, 1);
}

TEST(Hnsw, AnswersManyThreadsAtOnce) {
  ThreadPool pool(1);
  const Vectors vectors = clustered_vectors(1000, 8, 10, "v"), queries = clustered_vectors(100, 8, 10, "q");
  const Hnsw index(vectors.view(), kSmall, pool);
  const auto expected = index.search(queries.view(), 5);
  std::vector<std::vector<Found>> found(4);
  std::vector<std::thread> threads;
  for (auto& answer : found) threads.emplace_back([&] { answer = index.search(queries.view(), 5); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& answer : found) {
    for (size_t q = 0; q < queries.rows; ++q) EXPECT_EQ(ids(answer[q]), ids(expected[q]));
  }
}

TEST(Hnsw, RejectsWhatIsNotFinite) {
  ThreadPool pool(1);
  Vectors vectors = normal_vectors(10, 3, "v");
  vectors.row(4)[1] = NAN;
  try {
    Hnsw(vectors.view(), kSmall, pool);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "the vector of item 4 has a number that is not finite");
  }
}

}  // namespace
}  // namespace shortlist
