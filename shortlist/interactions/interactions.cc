#include "shortlist/interactions/interactions.h"

#include <algorithm>
#include <numeric>

#include "shortlist/base/error.h"
#include "shortlist/base/take.h"

namespace shortlist {
namespace {

// Groups the events of known users by user, in the list's order, and sets `offsets`.
std::vector<size_t> group_by_user(size_t users, const std::vector<uint32_t>& user_of_event,
                                  std::vector<uint64_t>& offsets) {
  offsets.assign(users + 1, 0);
  for (const uint32_t user : user_of_event)
    if (user < users) ++offsets[user + 1];
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  std::vector<size_t> order(offsets.back());
  std::vector<uint64_t> next = offsets;
  for (size_t i = 0; i < user_of_event.size(); ++i)
    if (user_of_event[i] < users) order[next[user_of_event[i]]++] = i;
  return order;
}

}  // namespace

Interactions::Interactions(size_t users, const EventList& events) {
  const size_t count = events.users.size();
  SHORTLIST_CHECK(events.items.size() == count && events.rows.size() == count);
  SHORTLIST_CHECK(events.times.empty() || events.times.size() == count);
  SHORTLIST_CHECK(events.labels.empty() || events.labels.size() == count);
  SHORTLIST_CHECK(events.positive.empty() || events.positive.size() == count);
  std::vector<size_t> order = group_by_user(users, events.users, offsets_);
  for (size_t user = 0; !events.times.empty() && user < users; ++user) {
    const auto at = [&](uint64_t offset) { return order.begin() + static_cast<std::ptrdiff_t>(offset); };
    std::stable_sort(at(offsets_[user]), at(offsets_[user + 1]),
                     [&](size_t a, size_t b) { return events.times[a] < events.times[b]; });
  }
  items_ = take(events.items, order);
  rows_ = take(events.rows, order);
  times_ = take(events.times, order);
  labels_ = take(events.labels, order);
  positive_ = take(events.positive, order);
}

Events Interactions::slice(size_t begin, size_t end) const {
  const auto part = [&](const auto& values) {
    return values.empty() ? std::span(values) : std::span(values).subspan(begin, end - begin);
  };
  return {part(items_), part(rows_), part(times_), part(labels_), part(positive_)};
}

Events Interactions::of(uint32_t user) const {
  return user < users() ? slice(offsets_[user], offsets_[user + 1]) : slice(0, 0);
}

Events Interactions::before(uint32_t user, size_t position) const {
  SHORTLIST_CHECK(position < of(user).size());
  if (has_times()) return before_time(user, times_[offsets_[user] + position]);
  return slice(offsets_[user], offsets_[user] + position);
}

Events Interactions::before_time(uint32_t user, double time) const {
  SHORTLIST_CHECK(has_times() || size() == 0);
  const std::span<const double> times = of(user).times;
  const auto end = std::ranges::lower_bound(times, time);
  if (times.empty()) return slice(0, 0);
  return slice(offsets_[user], offsets_[user] + static_cast<size_t>(end - times.begin()));
}

std::vector<uint32_t> Interactions::positions(size_t rows) const {
  std::vector<uint32_t> positions(rows, kNoPosition);
  for (uint32_t user = 0; user < users(); ++user) {
    const Events events = of(user);
    for (size_t i = 0; i < events.size(); ++i) positions[events.rows[i]] = static_cast<uint32_t>(i);
  }
  return positions;
}

}  // namespace shortlist
