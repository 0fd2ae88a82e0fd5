#include "shortlist/retrieval/search_without.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "shortlist/base/random.h"
#include "shortlist/index/exact_search.h"

namespace shortlist {
namespace {

using Numbers = std::vector<uint32_t>;

struct Vectors {
  Vectors(size_t rows, size_t cols, const char* use) : memory(rows, cols), view(memory.view(rows, cols)) {
    for (size_t i = 0; i < rows * cols; ++i)
      memory.data()[i] = static_cast<float>(RandomStream(1, use).normal(i));
  }
  Buffer memory;
  ConstMatrix view;
};

TEST(SearchWithout, FindsWhatASearchWithAMaskFinds) {
  constexpr size_t kItems = 3000, kQueries = 9, k = 20;
  const Vectors items(kItems, 8, "items"), queries(kQueries, 8, "queries");
  ThreadPool pool(1);
  const ExactIndex index(items.view, pool);
  const auto search = [&](ConstMatrix some, size_t wanted, Eligible eligible) {
    return index.search(some, wanted, eligible);
  };
  std::vector<uint8_t> allowed(kItems, 1);
  for (size_t i = 0; i < kItems; i += 3) allowed[i] = 0;
  std::vector<Numbers> out(kQueries);
  for (uint32_t i = 0; i < 2000; ++i) out[2].push_back(i);  // too many to search for that many more
  for (size_t q : {1, 5, 8}) {
    const std::vector<Found> best = index.search(queries.view.slice(q, q + 1), 7 * q);
    for (const Scored& one : best[0].best) out[q].push_back(one.index);
    std::ranges::sort(out[q]);
  }
  const std::vector<std::span<const uint32_t>> left_out(out.begin(), out.end());
  for (bool by_mask : {false, true}) {
    const auto found = search_without(search, queries.view, k, kItems, allowed, left_out, by_mask);
    ASSERT_EQ(found.size(), kQueries);
    for (size_t q = 0; q < kQueries; ++q) {
      std::vector<uint8_t> mask = allowed;
      for (uint32_t item : out[q]) mask[item] = 0;
      const Found expected = index.search(queries.view.slice(q, q + 1), k, mask)[0];
      ASSERT_EQ(found[q].best.size(), k);
      for (size_t i = 0; i < k; ++i) {
        EXPECT_EQ(found[q].best[i].index, expected.best[i].index) << q << " " << i;
        EXPECT_EQ(found[q].best[i].score, expected.best[i].score);
      }
    }
  }
}

}  // namespace
}  // namespace shortlist
