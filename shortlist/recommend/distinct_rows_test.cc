#include "shortlist/recommend/distinct_rows.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

using Rows = std::vector<uint32_t>;

TEST(DistinctRows, AreEqualWhenAllIdsAndNumbersAre) {
  const EncodedRows rows{
      .rows = 5,
      .columns = {{.ids = {1, 1, 2, 1, 1}}, {.values = {0, 1, 0, 1, 0, 1, 0, 1, 0, 2}, .width = 2}}};
  const DistinctRows distinct = distinct_rows(rows);
  EXPECT_EQ(distinct.first, (Rows{0, 2, 4}));
  EXPECT_EQ(distinct.of, (Rows{0, 0, 1, 0, 2}));
}

TEST(DistinctRows, KeepBagsOfNeighboursApart) {
  const EncodedRows rows{.rows = 3,
                         .columns = {{.ids = {1, 2, 1, 1, 2}, .offsets = {0, 2, 3, 5}},
                                     {.ids = {3, 2, 3, 3}, .offsets = {0, 1, 3, 4}}}};
  const DistinctRows distinct = distinct_rows(rows);
  EXPECT_EQ(distinct.first, (Rows{0, 1}));
  EXPECT_EQ(distinct.of, (Rows{0, 1, 0}));
}

TEST(DistinctRows, OfNoFeatureAreOne) {
  EXPECT_EQ(distinct_rows({.rows = 2, .columns = {}}).of, (Rows{0, 0}));
  EXPECT_EQ(distinct_rows({}).first, Rows());
}

}  // namespace
}  // namespace shortlist
