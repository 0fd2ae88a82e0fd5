#include "shortlist/train/row_groups.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

std::vector<std::vector<uint32_t>> groups_of(const std::vector<uint32_t>& query_rows,
                                             const std::vector<uint32_t>& pair_query,
                                             const std::vector<uint32_t>& row_pair) {
  Batch batch;
  batch.at(kQueryRows).shown = query_rows;
  batch.at(kPairRows).parents[0].source = pair_query;
  batch.at(kBatchRows).parents[0].source = row_pair;
  RowGroups groups;
  std::vector<std::vector<uint32_t>> all;
  for (int time = 0; time < 2; ++time) {  // the second batch reuses the memory of the first
    all.clear();
    const Groups found = groups.by_query(batch);
    for (size_t g = 0; g < found.size(); ++g) all.emplace_back(found[g].begin(), found[g].end());
  }
  return all;
}

TEST(RowGroups, HaveTheRowsOfOneQuery) {
  // Pairs 0 and 2 have query 40, pair 1 has query 7; rows 0 and 3 are pair 0.
  EXPECT_EQ(groups_of({40, 7}, {0, 1, 0}, {0, 2, 1, 0, 1}),
            (std::vector<std::vector<uint32_t>>{{0, 1, 3}, {2, 4}}));
}

TEST(RowGroups, JoinTheCopiesOfAQueryThatABatchListsForEachRow) {
  EXPECT_EQ(groups_of({40, 7, 40}, {0, 1, 2}, {0, 1, 2}), (std::vector<std::vector<uint32_t>>{{0, 2}, {1}}));
}

TEST(RowGroups, OfAnEmptyBatchAreNone) { EXPECT_TRUE(groups_of({}, {}, {}).empty()); }

}  // namespace
}  // namespace shortlist
