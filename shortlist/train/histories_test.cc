#include "shortlist/train/histories.h"

#include <gtest/gtest.h>

#include "shortlist/base/random.h"
#include "shortlist/metrics/observations.h"
#include "shortlist/train/row_histories.h"

namespace shortlist {
namespace {

using Items = std::vector<uint32_t>;

// Row r: user users[r] took item items[r].
Dataset dataset(const Items& users, const Items& items, const Items& train, const Items& test = {}) {
  Dataset data;
  data.rows = users.size();
  data.user_of_row = users;
  data.candidate_of_row = items;
  for (uint32_t item = 0; item < 100; ++item) {
    data.item_of_candidate.push_back(item);
    data.candidate_of_item.push_back(item);
    data.items.ids.push_back(std::to_string(item));
  }
  data.users.resize(3);
  data.split.train = train;
  data.split.test = test;
  return data;
}

SplitConfig by(SplitBy by) { return {.by = by}; }

// The history of each row.
std::vector<Items> histories(const SplitConfig& split, const std::vector<double>& times, const Dataset& data,
                             size_t length = 100) {
  const RowHistories of(split, times, length, nullptr, data);
  std::vector<Items> all;
  for (uint32_t number : of.of_rows()) {
    const auto items = of.last(number, length);
    all.emplace_back(items.begin(), items.end());
  }
  return all;
}

TEST(RowHistories, HaveWhatTheUserTookBeforeTheRow) {
  // Rows out of order; rows 1 and 4 are at the same time; user 1 has one row.
  const Dataset data = dataset({0, 0, 1, 0, 0}, {10, 11, 12, 13, 14}, {0, 1, 2, 3, 4});
  EXPECT_EQ(histories(by(SplitBy::time), {1, 3, 2, 2, 3}, data),
            (std::vector<Items>{{}, {10, 13}, {}, {10}, {10, 13}}));
  EXPECT_EQ(histories(by(SplitBy::time), {1, 3, 2, 2, 3}, data, 1),
            (std::vector<Items>{{}, {13}, {}, {10}, {13}}));
}

TEST(RowHistories, OfLaterPartsHaveEarlierRowsOfAllPartsIfTheSplitIsInTime) {
  const Dataset data = dataset({0, 0, 0, 0}, {10, 11, 12, 13}, {0, 1}, {2, 3});
  EXPECT_EQ(histories(by(SplitBy::time), {1, 2, 3, 4}, data),
            (std::vector<Items>{{}, {10}, {10, 11}, {10, 11, 12}}));
  // Otherwise only training rows are known, so that no held-out row is an input of another.
  EXPECT_EQ(histories(by(SplitBy::random), {1, 2, 3, 4}, data),
            (std::vector<Items>{{}, {10}, {10, 11}, {10, 11}}));
  EXPECT_EQ(histories(by(SplitBy::random), {3, 4, 1, 2}, data), (std::vector<Items>{{}, {10}, {}, {}}));
}

TEST(RowHistories, WithoutTimesLeaveTheRowsOwnItemOut) {
  // User 0 took item 10 twice. Rows 4 and 5 are test rows; row 6 has no user.
  const Dataset data =
      dataset({0, 0, 0, 1, 0, 1, unknown_index}, {10, 11, 10, 12, 13, 12, 14}, {2, 0, 3, 1, 6}, {4, 5});
  EXPECT_EQ(histories(by(SplitBy::random), {}, data),
            (std::vector<Items>{{11}, {10, 10}, {11}, {}, {10, 11, 10}, {12}, {}}));
  EXPECT_EQ(histories(by(SplitBy::random), {}, data, 2),
            (std::vector<Items>{{11}, {10, 10}, {11}, {}, {11, 10}, {12}, {}}));
}

TEST(RowHistories, HaveThePositiveRowsOnly) {
  Dataset data = dataset({0, 0, 0}, {10, 11, 12}, {0, 1, 2});
  data.positive_weights = {1, 0, 1};
  EXPECT_EQ(histories(by(SplitBy::time), {1, 2, 3}, data), (std::vector<Items>{{}, {10}, {10}}));
}

TEST(RowHistories, NeverHaveALaterEvent) {
  const RandomStream random(7, "events");
  Items users, items, train, test;
  std::vector<double> times;
  for (uint32_t r = 0; r < 2000; ++r) {
    users.push_back(static_cast<uint32_t>(random.at(1).below(r, 3)));
    items.push_back(r % 100);
    times.push_back(static_cast<double>(random.at(2).below(r, 500)));
    (random.at(3).below(r, 5) == 0 ? test : train).push_back(r);
  }
  const Dataset data = dataset(users, items, train, test);
  const RowHistories of(by(SplitBy::random), times, 10'000, nullptr, data);
  for (uint32_t r = 0; r < 2000; ++r) {
    // The slow twin: earlier training rows of the user, by time.
    std::vector<std::pair<double, uint32_t>> earlier;
    for (uint32_t t : train)
      if (users[t] == users[r] && times[t] < times[r]) earlier.emplace_back(times[t], t);
    std::ranges::sort(earlier);
    Items expected;
    for (const auto& [time, row] : earlier) expected.push_back(items[row]);
    const auto found = of.last(of.of_rows()[r], 10'000);
    EXPECT_EQ(Items(found.begin(), found.end()), expected) << r;
  }
}

}  // namespace
}  // namespace shortlist
