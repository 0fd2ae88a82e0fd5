#include "shortlist/train/row_histories.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace shortlist {
namespace {

// Whether the rows of validation and test are after the training rows of their user.
bool is_ordered(const SplitConfig& split) { return split.has_times(); }

// The positive rows among these, as events in time order if there are times.
Interactions events_of(std::span<const uint32_t> rows, std::span<const double> times, const Dataset& data) {
  EventList events;
  const auto items = static_cast<uint32_t>(data.items.ids.size());
  for (uint32_t row : rows) {
    const uint32_t item = data.item_of_candidate[data.candidate_of_row[row]];
    if (!data.is_positive(row) || item >= items) continue;
    events.rows.push_back(row);
    events.users.push_back(data.user_of_row[row]);
    events.items.push_back(item);
    if (!times.empty()) events.times.push_back(times[row]);
  }
  return Interactions(data.users.size(), events);
}

std::vector<uint32_t> event_rows(const SplitConfig& split, const Dataset& data) {
  if (is_ordered(split)) return data.split.rows("all");
  // In the order of the table, so that histories do not depend on a random split's order.
  std::vector<uint32_t> rows = data.split.train;
  std::ranges::sort(rows);
  return rows;
}

uint32_t checked(size_t count) {
  if (count > UINT32_MAX) throw data_error("the histories have more than 2^32 items; use a shorter length");
  return static_cast<uint32_t>(count);
}

}  // namespace

RowHistories::RowHistories(const SplitConfig& split, std::span<const double> times, size_t length,
                           const KnownData* known, const Dataset& data)
    : of_rows_(data.rows, 0) {
  if (known != nullptr && (data.other_table || data.split.train.empty())) {
    by_user(*known->ratings, length, data);
    return;
  }
  const Interactions interactions = events_of(event_rows(split, data), times, data);
  times.empty() ? leaving_row_out(interactions, length, data) : by_time(interactions, times, data);
}

void RowHistories::by_time(const Interactions& interactions, std::span<const double> times,
                           const Dataset& data) {
  const std::span<const uint32_t> all = interactions.items();
  events_.assign(all.begin(), all.end());
  checked(events_.size());
  std::vector<bool> trains(data.rows);
  for (uint32_t row : data.split.train) trains[row] = true;
  // A history that is not empty ends at its last event.
  std::unordered_map<uint64_t, uint32_t> number_of_end;
  for (size_t row = 0; row < data.rows; ++row) {
    const std::span<const uint32_t> before =
        interactions.before_time(data.user_of_row[row], times[row]).items;
    if (before.empty()) continue;
    const auto begin = static_cast<uint32_t>(before.data() - all.data());
    const auto end = begin + static_cast<uint32_t>(before.size());
    const auto [at, fresh] = number_of_end.emplace(uint64_t{2} * end + (trains[row] ? 1 : 0),
                                                   static_cast<uint32_t>(ranges_.size()));
    if (fresh) ranges_.push_back({begin, end, trains[row]});
    of_rows_[row] = at->second;
  }
}

void RowHistories::leaving_row_out(const Interactions& interactions, size_t length, const Dataset& data) {
  slices_ = false;
  const std::vector<uint32_t> positions = interactions.positions(data.rows);
  std::vector<uint32_t> whole(data.users.size(), 0);  // the history of a user's rows that are not events
  for (size_t row = 0; row < data.rows; ++row) {
    const uint32_t user = data.user_of_row[row];
    const std::span<const uint32_t> items = interactions.of(user).items;
    const size_t own = positions[row];
    const bool is_event = own != Interactions::kNoPosition;
    if (items.empty() || (!is_event && whole[user] != 0)) {
      of_rows_[row] = items.empty() ? 0 : whole[user];
      continue;
    }
    const auto begin = checked(events_.size());
    for (size_t i = items.size(); i > 0 && events_.size() - begin < length; --i)
      if (!is_event || items[i - 1] != items[own]) events_.push_back(items[i - 1]);
    std::reverse(events_.begin() + begin, events_.end());
    if (events_.size() == begin) continue;
    of_rows_[row] = static_cast<uint32_t>(ranges_.size());
    if (!is_event) whole[user] = of_rows_[row];
    ranges_.push_back({begin, checked(events_.size())});
  }
}

void RowHistories::by_user(const UserRatings& ratings, size_t length, const Dataset& data) {
  std::vector<uint32_t> of_user(data.users.size(), 0);
  for (size_t row = 0; row < data.rows; ++row) {
    const uint32_t user = data.user_of_row[row];
    const std::span<const int32_t> items = ratings.items_of(user);
    if (items.empty()) continue;
    if (of_user[user] == 0) {
      const auto begin = checked(events_.size());
      const std::span<const int32_t> recent = items.last(std::min(length, items.size()));
      events_.insert(events_.end(), recent.begin(), recent.end());
      of_user[user] = static_cast<uint32_t>(ranges_.size());
      ranges_.push_back({begin, checked(events_.size())});
    }
    of_rows_[row] = of_user[user];
  }
}

}  // namespace shortlist
