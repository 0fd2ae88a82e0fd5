// Compares every index with the brute-force search at every selectivity.
#include <gtest/gtest.h>

#include "shortlist/index/bf16_index.h"
#include "shortlist/index/exact_search.h"
#include "shortlist/index/hnsw.h"
#include "shortlist/index/int8_index.h"
#include "shortlist/index/panel_kernels.h"
#include "shortlist/testing/vectors.h"

namespace shortlist {
namespace {

using testing::clustered_vectors, testing::ids, testing::search_slowly, testing::Vectors;

constexpr size_t kCandidates = 20'000, kWidth = 12;

const Vectors& candidates() {
  static const Vectors vectors = clustered_vectors(kCandidates, kWidth, 100, "v");
  return vectors;
}
// About one candidate in `one_in`: anywhere, or those with the lowest scores for a query.
std::vector<uint8_t> some_eligible(size_t one_in, bool far, std::span<const float> query) {
  std::vector<uint8_t> eligible(kCandidates);
  const RandomStream random(11, "eligible");
  for (size_t i = 0; i < kCandidates && !far; ++i) eligible[i] = random.below(i, one_in) == 0;
  if (!far) return eligible;
  const auto order = ids(search_slowly(candidates().view(), query, kCandidates));
  for (size_t i = 0; i < kCandidates / one_in; ++i) eligible[order[kCandidates - 1 - i]] = 1;
  return eligible;
}

// Returns the recall; checks everything else that an index promises.
double check(const Index& index, const Vectors& vectors, const Vectors& queries, size_t k,
             Eligible eligible) {
  double hits = 0, all = 0;
  const auto found = index.search(queries.view(), k, eligible);
  for (size_t q = 0; q < queries.rows; ++q) {
    const auto best = search_slowly(vectors.view(), queries.view().row_span(q), k, eligible).best;
    const std::vector<Scored>& got = found[q].best;
    EXPECT_EQ(got.size(), best.size());
    EXPECT_TRUE(std::ranges::is_sorted(got, [](const Scored& a, const Scored& b) { return better(a, b); }));
    for (const Scored& s : got) EXPECT_TRUE(eligible[s.index]);
    const auto at = [&](size_t i) { return std::ranges::count(got, best[i].index, &Scored::index) > 0; };
    for (size_t i = 0; i < best.size(); ++i) hits += at(i);
    for (size_t i = 0; found[q].exact && i < std::min(best.size(), got.size()); ++i)
      EXPECT_EQ(got[i].index, best[i].index) << "of an answer that calls itself exact";
    all += static_cast<double>(best.size());
  }
  return all > 0 ? hits / all : 1;
}

TEST(FilteredSearch, HoldsTheBestThatAreEligible) {
  ThreadPool pool(1);
  const Vectors queries = clustered_vectors(8, kWidth, 100, "q");
  const ConstMatrix vectors = candidates().view();
  const ExactIndex exact(vectors, pool);
  const Bf16Index bf16(vectors, pool);
  const Int8Index int8(vectors, pool);
  const Hnsw hnsw(vectors, {.m = 8, .ef_construction = 60, .ef_search = 60}, pool);
  for (size_t one_in : {1, 2, 4, 10, 50, 200, 1000, 10'000}) {
    for (bool far : {false, true}) {
      const auto eligible = some_eligible(one_in, far, queries.view().row_span(0));
      SCOPED_TRACE(fmt::format("one in {}, {}", one_in, far ? "far" : "anywhere"));
      EXPECT_EQ(check(exact, candidates(), queries, 10, eligible), 1);
      EXPECT_EQ(check(bf16, candidates(), queries, 10, eligible), 1);
      EXPECT_EQ(check(int8, candidates(), queries, 10, eligible), 1);
      // Near neighbors in a graph are little help if all eligible candidates are far away.
      EXPECT_GT(check(hnsw, candidates(), queries, 10, eligible), far ? 0.7 : 0.95);
    }
  }
}

TEST(FilteredSearch, SaysWhetherAGraphsAnswerIsExact) {
  ThreadPool pool(1);
  const Vectors queries = clustered_vectors(2, kWidth, 100, "q");
  const Hnsw hnsw(candidates().view(), {.m = 8, .ef_construction = 60, .ef_search = 60}, pool);
  const auto exact = [&](size_t one_in) {
    return hnsw.search(queries.view(), 10, some_eligible(one_in, false, {})).front().exact;
  };
  EXPECT_FALSE(exact(1));
  EXPECT_FALSE(exact(5));
  EXPECT_TRUE(exact(1000));
  EXPECT_TRUE(exact(10'000));
}

}  // namespace
}  // namespace shortlist
