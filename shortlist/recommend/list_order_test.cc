#include "shortlist/recommend/list_order.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace shortlist {
namespace {

using Numbers = std::vector<uint32_t>;

TEST(ListOrder, FollowsScorePredictionOrBoth) {
  const std::vector<float> scores = {3, 2, 1}, predictions = {4, 5, 4};
  EXPECT_EQ(order_block(scores, predictions, ListOrder::score, 0.5), (Numbers{0, 1, 2}));
  EXPECT_EQ(order_block(scores, predictions, ListOrder::predicted, 0.5), (Numbers{1, 0, 2}));
  // z(score) = 1.22, 0, -1.22; z(prediction) = -0.71, 1.41, -0.71.
  EXPECT_EQ(order_block(scores, predictions, ListOrder::blend, 0.25), (Numbers{0, 1, 2}));
  EXPECT_EQ(order_block(scores, predictions, ListOrder::blend, 0.5), (Numbers{1, 0, 2}));
}

TEST(ListOrder, KeepsRetrievalsOrderWhereAllPredictionsAreEqual) {
  const std::vector<float> scores = {3, 2, 1}, predictions = {4, 4, 4};
  for (ListOrder order : {ListOrder::predicted, ListOrder::blend})
    EXPECT_EQ(order_block(scores, predictions, order, 0.9), (Numbers{0, 1, 2}));
  EXPECT_TRUE(order_block({}, {}, ListOrder::blend, 0.5).empty());
}

}  // namespace
}  // namespace shortlist
