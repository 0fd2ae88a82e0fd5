#include "shortlist/interactions/interactions.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "shortlist/base/error.h"
#include "shortlist/base/random.h"
#include "shortlist/metrics/observations.h"

namespace shortlist {
namespace {

using Numbers = std::vector<uint32_t>;

Numbers numbers(std::span<const uint32_t> values) { return {values.begin(), values.end()}; }

// User 1: item 5 at time 3, items 6 and 7 both at time 4, item 5 again at time 9.
const Interactions& shop() {
  static const Interactions interactions(3, {.users = {1, 0, 1, unknown_index, 1, 1},
                                             .items = {6, 2, 5, 8, 5, 7},
                                             .rows = {10, 11, 12, 13, 14, 15},
                                             .times = {4, 1, 3, 1, 9, 4},
                                             .labels = {},
                                             .positive = {}});
  return interactions;
}

TEST(Interactions, AreByUserAndTime) {
  EXPECT_EQ(shop().users(), 3u);
  EXPECT_EQ(shop().size(), 5u);
  EXPECT_EQ(numbers(shop().of(1).items), (Numbers{5, 6, 7, 5}));
  EXPECT_EQ(numbers(shop().of(1).rows), (Numbers{12, 10, 15, 14}));
  EXPECT_EQ(numbers(shop().of(0).items), (Numbers{2}));
}

TEST(Interactions, AreNoneForOtherUsers) {
  for (const uint32_t user : {2u, 3u, unknown_index}) EXPECT_EQ(shop().of(user).size(), 0u);
  EXPECT_EQ(Interactions().users(), 0u);
  EXPECT_EQ(Interactions().of(0).size(), 0u);
  EXPECT_EQ(Interactions().before_time(0, 1).size(), 0u);
}

TEST(Interactions, ThePastLeavesOutWhatHappenedAtOnce) {
  EXPECT_EQ(numbers(shop().before(1, 0).items), Numbers());
  EXPECT_EQ(numbers(shop().before(1, 1).items), (Numbers{5}));
  EXPECT_EQ(numbers(shop().before(1, 2).items), (Numbers{5}));  // not 6, which was bought with it
  EXPECT_EQ(numbers(shop().before(1, 3).items), (Numbers{5, 6, 7}));
  EXPECT_EQ(numbers(shop().before_time(1, 4).items), (Numbers{5}));
  EXPECT_EQ(numbers(shop().before_time(1, 100).items), (Numbers{5, 6, 7, 5}));
}

TEST(Interactions, KeepTheirOrderWithoutTimes) {
  const Interactions interactions(
      1,
      {.users = {0, 0, 0}, .items = {9, 3, 9}, .rows = {4, 0, 2}, .times = {}, .labels = {}, .positive = {}});
  EXPECT_EQ(numbers(interactions.of(0).rows), (Numbers{4, 0, 2}));
  EXPECT_EQ(numbers(interactions.before(0, 2).items), (Numbers{9, 3}));
}

TEST(Interactions, ARowKnowsItsPosition) {
  const Numbers positions = shop().positions(17);
  EXPECT_EQ(positions[12], 0u);
  EXPECT_EQ(positions[14], 3u);
  EXPECT_EQ(positions[13], Interactions::kNoPosition);
  EXPECT_EQ(positions[16], Interactions::kNoPosition);
}

TEST(Interactions, RejectColumnsOfDifferentLengths) {
  EXPECT_THROW(
      Interactions(1, {.users = {0}, .items = {}, .rows = {0}, .times = {}, .labels = {}, .positive = {}}),
      CheckFailed);
}

EventList random_events(uint64_t seed, size_t count, size_t users) {
  const RandomStream draws(seed, "events");
  EventList events;
  for (uint64_t i = 0; i < count; ++i) {
    const auto user = static_cast<uint32_t>(draws.below(5 * i, users + 1));
    events.users.push_back(user == users ? unknown_index : user);
    events.items.push_back(static_cast<uint32_t>(draws.below(5 * i + 1, 7)));
    events.rows.push_back(static_cast<uint32_t>(i));
    events.times.push_back(static_cast<double>(draws.below(5 * i + 2, 6)));  // many ties
    events.labels.push_back(static_cast<float>(draws.below(5 * i + 3, 5)));
    events.positive.push_back(draws.below(5 * i + 4, 3) != 0);
  }
  return events;
}

// The twin scans all events for every query.
TEST(Interactions, AgreeWithASearchOfAllEvents) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    const size_t users = 1 + seed % 5;
    const EventList events = random_events(seed, seed * 3, users);
    const Interactions interactions(users, events);
    size_t found = 0;
    for (uint32_t user = 0; user < users; ++user) {
      const Events of = interactions.of(user);
      found += of.size();
      for (size_t at = 0; at < of.size(); ++at) {
        const uint32_t row = of.rows[at];
        EXPECT_EQ(of.items[at], events.items[row]);
        EXPECT_EQ(of.times[at], events.times[row]);
        EXPECT_EQ(of.labels[at], events.labels[row]);
        EXPECT_EQ(of.is_positive(at), events.positive[row] != 0);
        Numbers past;
        for (const uint32_t other : events.rows)
          if (events.users[other] == user && events.times[other] < events.times[row]) past.push_back(other);
        Numbers answered = numbers(interactions.before(user, at).rows);
        std::ranges::sort(answered);
        EXPECT_EQ(answered, past);
      }
      EXPECT_TRUE(std::ranges::is_sorted(of.times));
    }
    EXPECT_EQ(found, interactions.size());
    EXPECT_EQ(static_cast<size_t>(std::ranges::count_if(events.users, [&](uint32_t u) { return u < users; })),
              found);
  }
}

}  // namespace
}  // namespace shortlist
