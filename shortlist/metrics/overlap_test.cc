#include "shortlist/metrics/overlap.h"

#include <gtest/gtest.h>

#include <vector>

namespace shortlist {
namespace {

TEST(Overlap, IsTheShareOfRowsThatStandIdenticallyInTrain) {
  const std::vector<uint32_t> train_query = {0, 0, 1}, train_candidate = {5, 6, 5};
  const std::vector<float> train_label = {8, 8, 7};
  const std::vector<uint32_t> query = {0, 0, 1, 1}, candidate = {5, 5, 5, 6};
  const std::vector<float> label = {8, 7, 7, 8};  // yes, other label, yes, other pair
  const Observations train{3, train_query, train_candidate, {}, train_label, {}};
  EXPECT_EQ(share_in_train(train, {4, query, candidate, {}, label, {}}), 0.5);
  const std::vector<float> weight = {3, 1, 0, 0};
  EXPECT_EQ(share_in_train(train, {4, query, candidate, {}, label, weight}), 0.75);
}

TEST(Overlap, ComparesPairsAloneWhereThereIsNoLabel) {
  const std::vector<uint32_t> train_query = {0}, train_candidate = {5}, query = {0, 5}, candidate = {5, 0};
  EXPECT_EQ(share_in_train({1, train_query, train_candidate}, {2, query, candidate}), 0.5);
}

TEST(Overlap, NeverMatchesWhatIsUnknown) {
  const std::vector<uint32_t> query = {unknown_index}, candidate = {5};
  EXPECT_EQ(share_in_train({1, query, candidate}, {1, query, candidate}), 0);
  EXPECT_EQ(share_in_train({1, query, candidate}, {}), 0);
}

}  // namespace
}  // namespace shortlist
