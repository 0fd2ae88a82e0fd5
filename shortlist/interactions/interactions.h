// Who did what, by user and time: the training rows as one value. Histories, seen items, users' means, the
// similarity of items by ratings, and models that know users and items alone all read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace shortlist {

// Some of one user's events, the oldest first. Views into an Interactions.
struct Events {
  std::span<const uint32_t> items, rows;  // rows: of the table
  std::span<const double> times;          // empty: no time is known
  std::span<const float> labels;          // NaN where an event has none; empty: none has one
  std::span<const uint8_t> positive;      // 0 where the user did not take the item; empty: all are positive

  size_t size() const { return items.size(); }
  bool is_positive(size_t i) const { return positive.empty() || positive[i] != 0; }
};

// The events as a table has them: entry i of each column belongs to one event. Columns that may be empty are
// those of Events. Events without a user have unknown_index and are left out.
struct EventList {
  std::vector<uint32_t> users, items, rows;
  std::vector<double> times;
  std::vector<float> labels;
  std::vector<uint8_t> positive;
};

class Interactions {
 public:
  // No user has done anything.
  Interactions() = default;
  // Users are numbered from 0 to users - 1. A user's events are sorted by time; events at the same time, and
  // all where no time is known, keep the order of the list.
  Interactions(size_t users, const EventList& events);

  size_t users() const { return offsets_.empty() ? 0 : offsets_.size() - 1; }
  size_t size() const { return items_.size(); }
  bool has_times() const { return !times_.empty(); }
  bool has_labels() const { return !labels_.empty(); }
  bool has_positives() const { return !positive_.empty(); }

  // All of a user's events; none for a user who is not known, so also for unknown_index.
  Events of(uint32_t user) const;

  // The past of a user's event: those that are older. Events at the same time are no past of each other, so
  // what happened at once tells nothing of itself. Without times, those at earlier positions.
  // Requires position < of(user).size().
  Events before(uint32_t user, size_t position) const;
  // The past of a row that is no event, such as one to validate on. Requires times.
  Events before_time(uint32_t user, double time) const;

  // The position of each row among its user's events, for rows 0 to rows - 1; kNoPosition for a row that is
  // no event.
  static constexpr uint32_t kNoPosition = 0xffffffff;
  std::vector<uint32_t> positions(size_t rows) const;

 private:
  Events slice(size_t begin, size_t end) const;

  std::vector<uint64_t> offsets_;  // user u has the events [offsets_[u], offsets_[u + 1])
  std::vector<uint32_t> items_, rows_;
  std::vector<double> times_;
  std::vector<float> labels_;
  std::vector<uint8_t> positive_;
};

}  // namespace shortlist
