// The training rows as events grouped by user and sorted by time. Used for histories, seen items, users'
// means, item similarity by ratings, and models that use only users and items.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace shortlist {

// A range of one user's events, oldest first. Views into an Interactions.
struct Events {
  std::span<const uint32_t> items, rows;  // rows: row numbers in the table
  std::span<const double> times;          // empty: times are unknown
  std::span<const float> labels;          // NaN if an event has no label; empty: no event has one
  std::span<const uint8_t> positive;      // 0 if the user did not take the item; empty: all are positive

  size_t size() const { return items.size(); }
  bool is_positive(size_t i) const { return positive.empty() || positive[i] != 0; }
};

// The events as columns: entry i of each column belongs to event i. The same columns as in Events may be
// empty. Events without a user have unknown_index and are skipped.
struct EventList {
  std::vector<uint32_t> users, items, rows;
  std::vector<double> times;
  std::vector<float> labels;
  std::vector<uint8_t> positive;
};

class Interactions {
 public:
  // No users and no events.
  Interactions() = default;
  // Users are numbered from 0 to users - 1. A user's events are sorted by time. Events with equal times, or
  // all events if there are no times, keep the order of the list.
  Interactions(size_t users, const EventList& events);

  size_t users() const { return offsets_.empty() ? 0 : offsets_.size() - 1; }
  size_t size() const { return items_.size(); }
  bool has_times() const { return !times_.empty(); }
  bool has_labels() const { return !labels_.empty(); }
  bool has_positives() const { return !positive_.empty(); }

  // The items of all users' events, user after user.
  std::span<const uint32_t> items() const { return items_; }

  // All events of a user; none for an unknown user, including unknown_index.
  Events of(uint32_t user) const;

  // The user's events that are older than the one at `position`. Simultaneous events are excluded, so that an
  // event does not leak into its own past. Without times, the events at earlier positions. Requires position
  // < of(user).size().
  Events before(uint32_t user, size_t position) const;
  // The user's events before `time`, for a row that is not an event, such as a validation row. Requires
  // times.
  Events before_time(uint32_t user, double time) const;

  // The position of each of the rows 0 to rows - 1 among its user's events; kNoPosition for a row that is not
  // an event.
  static constexpr uint32_t kNoPosition = 0xffffffff;
  std::vector<uint32_t> positions(size_t rows) const;

 private:
  Events slice(size_t begin, size_t end) const;

  std::vector<uint64_t> offsets_;  // events of user u: [offsets_[u], offsets_[u + 1])
  std::vector<uint32_t> items_, rows_;
  std::vector<double> times_;
  std::vector<float> labels_;
  std::vector<uint8_t> positive_;
};

}  // namespace shortlist
