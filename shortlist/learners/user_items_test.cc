#include "shortlist/learners/user_items.h"

#include <gtest/gtest.h>

#include "shortlist/testing/sparse_matrices.h"

namespace shortlist {
namespace {

using testing::dense;

// Users 0 and 1; user 0 takes item 2 twice.
Dataset shop() {
  Dataset data{.rows = 5};
  data.items.ids = {"a", "b", "c"};
  data.users = {"x", "y"};
  data.user_of_row = {0, 1, 0, 0, 0xffffffff};
  data.candidate_of_row = {2, 1, 2, 0, 0};
  data.item_of_candidate = {0, 1, 2};
  data.split.train = {4, 3, 2, 1, 0};
  return data;
}

using Rows = std::vector<std::vector<double>>;

TEST(UserItems, HaveEachItemOfAUserOnce) {
  const SparseMatrix users = user_items(shop(), EntryValue::one);
  EXPECT_EQ(dense(users), (Rows{{1, 0, 1}, {0, 1, 0}}));
  EXPECT_EQ(users.columns, (std::vector<uint32_t>{0, 2, 1}));
  EXPECT_EQ(users.at(0, 2), 1);
  EXPECT_EQ(users.at(0, 1), 0);
}

TEST(UserItems, AddUpWeightsAndKeepTheLastLabel) {
  Dataset data = shop();
  data.weights = {2, 1, 3, 0, 1};
  data.labels = {{"rating", {4, 5, 2, 1, 1}, {1}}};
  EXPECT_EQ(dense(user_items(data, EntryValue::weights)), (Rows{{0, 0, 5}, {0, 1, 0}}));
  EXPECT_EQ(dense(user_items(data, EntryValue::label)), (Rows{{1, 0, 2}, {0, 0, 0}}));
  data.positive_weights = {0, 1, 1, 1, 1};
  EXPECT_EQ(dense(user_items(data, EntryValue::weights)), (Rows{{1, 0, 1}, {0, 1, 0}}));
}

}  // namespace
}  // namespace shortlist
