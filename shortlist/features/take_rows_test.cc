#include "shortlist/features/take_rows.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

using Ids = std::vector<int32_t>;

Ids bag(const EncodedColumn& column, size_t row) {
  const auto ids = column.bag(row);
  return {ids.begin(), ids.end()};
}

TEST(TakeRows, TakesNumbersInTheGivenOrder) {
  EncodedColumn column;
  column.values = {1, 2, 3, 4, 5, 6};
  column.width = 2;
  const EncodedColumn taken = take_rows(column, std::vector<uint32_t>{2, 0, 2});
  EXPECT_EQ(taken.values, (std::vector<float>{5, 6, 1, 2, 5, 6}));
  EXPECT_EQ(taken.width, 2);
}

TEST(TakeRows, TakesBagsOfAnySize) {
  EncodedColumn column;
  column.ids = {7, 8, 9};
  column.offsets = {0, 2, 2, 3};
  const EncodedColumn taken = take_rows(column, std::vector<uint32_t>{2, 0, 1});
  EXPECT_EQ(bag(taken, 0), Ids({9}));
  EXPECT_EQ(bag(taken, 1), Ids({7, 8}));
  EXPECT_EQ(bag(taken, 2), Ids());
}

TEST(TakeRows, TakesTheWeightsOfIds) {
  EncodedColumn column;
  column.ids = {7, 8, 9};
  column.weights = {0.5F, 2, 3};
  column.offsets = {0, 2, 2, 3};
  EXPECT_EQ(take_rows(column, std::vector<uint32_t>{2, 1, 0}).weights, (std::vector<float>{3, 0.5F, 2}));
}

TEST(TakeRows, HasNoOffsetsIfEachRowHasOneId) {
  EncodedColumn column;
  column.ids = {7, 8};
  EXPECT_TRUE(take_rows(column, std::vector<uint32_t>{1, 1, 0}).offsets.empty());
  column.offsets = {0, 1, 2};
  const EncodedColumn taken = take_rows(column, std::vector<uint32_t>{1, 1, 0});
  EXPECT_TRUE(taken.offsets.empty());
  EXPECT_EQ(taken.ids, Ids({8, 8, 7}));
}

TEST(TakeRows, OfSharedIdsKeepsThemShared) {
  EncodedColumn column;
  column.ids = {1, 2, 3, 4};
  column.offsets = {0, 0, 1};
  column.ends = {2, 3, 4};
  const EncodedColumn taken = take_rows(column, std::vector<uint32_t>{2, 1});
  EXPECT_EQ(taken.ids, column.ids);
  EXPECT_EQ(bag(taken, 0), Ids({2, 3, 4}));
  EXPECT_EQ(bag(taken, 1), Ids({1, 2, 3}));
}

}  // namespace
}  // namespace shortlist
