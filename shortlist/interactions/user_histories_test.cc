#include "shortlist/interactions/user_histories.h"

#include <gtest/gtest.h>

#include "shortlist/metrics/observations.h"

namespace shortlist {
namespace {

using Numbers = std::vector<uint32_t>;

// User 0 takes item 6 at time 2 and item 5 at time 1, and passes by item 7; user 1 takes nothing.
Interactions shop() {
  return Interactions(2, {.users = {0, 0, 0},
                          .items = {6, 5, 7},
                          .rows = {0, 1, 2},
                          .times = {2, 1, 3},
                          .labels = {4, 3, 1},
                          .positive = {1, 1, 0}});
}

TEST(UserHistories, AreThePositiveEventsOldestFirst) {
  const UserHistories histories(shop(), true, true);
  const QueryHistory history = histories.of(0);
  EXPECT_EQ(Numbers(history.items.begin(), history.items.end()), (Numbers{5, 6}));
  EXPECT_EQ(std::vector<float>(history.labels.begin(), history.labels.end()), (std::vector<float>{3, 4}));
  EXPECT_EQ(std::vector<double>(history.times.begin(), history.times.end()), (std::vector<double>{1, 2}));
  for (const uint32_t user : {1u, 2u, unknown_index}) EXPECT_TRUE(histories.of(user).empty());
  EXPECT_TRUE(UserHistories().of(0).empty());
}

TEST(UserHistories, HaveLabelsAndTimesOnlyIfAsked) {
  const UserHistories histories(shop(), false, false);
  EXPECT_EQ(histories.of(0).size(), 2u);
  EXPECT_TRUE(histories.of(0).labels.empty());
  EXPECT_TRUE(histories.of(0).times.empty());
}

TEST(UserHistories, AreTheSameFromARating) {
  UserRatings ratings = user_ratings(shop(), {"a", "b"});
  add_history_parts(shop(), true, true, ratings);
  const UserHistories kept(ratings), own(shop(), true, true);
  const QueryHistory a = kept.of(0), b = own.of(0);
  EXPECT_TRUE(std::ranges::equal(a.items, b.items));
  EXPECT_TRUE(std::ranges::equal(a.labels, b.labels));
  EXPECT_TRUE(std::ranges::equal(a.times, b.times));
}

}  // namespace
}  // namespace shortlist
