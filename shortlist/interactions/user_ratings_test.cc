#include "shortlist/interactions/user_ratings.h"

#include <gtest/gtest.h>

#include <set>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

using Numbers = std::vector<uint32_t>;
using Texts = std::vector<std::string>;

Numbers seen_by(const SeenItems& seen, uint32_t user) {
  const auto items = seen.of(user);
  return {items.begin(), items.end()};
}

EventList rated() {
  return {.users = {0, 2, 0, 0},
          .items = {4, 1, 3, 4},
          .rows = {0, 1, 2, 3},
          .times = {},
          .labels = {1, 5, 2, 6},
          .positive = {}};
}

TEST(UserRatings, HaveEachUsersMeanTakenOff) {
  const UserRatings ratings = user_ratings(Interactions(3, rated()), Texts{"a", "b", "c"});
  EXPECT_EQ(ratings.offsets, (std::vector<int64_t>{0, 3, 3, 4}));
  EXPECT_EQ(ratings.items, (std::vector<int32_t>{4, 3, 4, 1}));
  EXPECT_EQ(ratings.centred, (std::vector<float>{-2, -1, 3, 0}));
  EXPECT_EQ(ratings.users, (Texts{"a", "b", "c"}));
}

TEST(UserRatings, OfPositiveEventsAloneHaveNoRatings) {
  EventList events = rated();
  events.positive = {1, 1, 0, 1};
  const UserRatings ratings = user_ratings(Interactions(3, events), Texts{"a", "b", "c"});
  EXPECT_EQ(ratings.items, (std::vector<int32_t>{4, 4, 1}));
  EXPECT_TRUE(ratings.centred.empty());
}

TEST(UserRatings, AreEmptyWithoutAPositiveEvent) {
  EventList events = rated();
  events.positive = {0, 0, 0, 0};
  EXPECT_TRUE(user_ratings(Interactions(3, events), Texts{"a", "b", "c"}).offsets.empty());
  EXPECT_TRUE(user_ratings(Interactions(), {}).offsets.empty());
}

TEST(UserMeans, AreOfPositiveEvents) {
  EventList events = rated();
  events.positive = {1, 1, 0, 1};
  EXPECT_EQ(user_means(Interactions(3, events)), (std::vector<double>{3.5, 0, 5}));
}

TEST(SeenItems, AreEachUsersPositiveItemsOnce) {
  EventList events = rated();
  events.positive = {1, 1, 0, 1};
  const SeenItems seen = seen_items(Interactions(3, events));
  EXPECT_EQ(seen_by(seen, 0), Numbers{4});
  EXPECT_EQ(seen_by(seen, 1), Numbers());
  EXPECT_EQ(seen_by(seen, 2), Numbers{1});
  EXPECT_EQ(seen_by(seen, 3), Numbers());
}

// The twin is one set per user.
TEST(SeenItems, AgreeWithSetsAlsoWhenReadFromRatings) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const RandomStream draws(seed, "seen");
    EventList events;
    std::vector<std::set<uint32_t>> sets(4);
    for (uint32_t i = 0; i < 5 * seed; ++i) {
      const auto user = static_cast<uint32_t>(draws.below(3 * i, 4)),
                 item = static_cast<uint32_t>(draws.below(3 * i + 1, 6));
      const bool positive = draws.below(3 * i + 2, 2) == 1;
      events.users.push_back(user), events.items.push_back(item), events.rows.push_back(i);
      events.positive.push_back(positive);
      if (positive) sets[user].insert(item);
    }
    const Interactions interactions(4, events);
    const SeenItems seen = seen_items(interactions),
                    kept = seen_items(user_ratings(interactions, Texts{"a", "b", "c", "d"}));
    for (uint32_t user = 0; user < 4; ++user) {
      EXPECT_EQ(seen_by(seen, user), Numbers(sets[user].begin(), sets[user].end()));
      EXPECT_EQ(seen_by(kept, user), seen_by(seen, user));
    }
  }
}

}  // namespace
}  // namespace shortlist
