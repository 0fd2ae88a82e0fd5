// The items that the user of each row took before it, as slices of one list where possible.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "shortlist/config/data_config.h"
#include "shortlist/train/dataset.h"
#include "shortlist/train/known_data.h"

namespace shortlist {

class RowHistories {
 public:
  // See add_histories(). At most `length` items are needed.
  RowHistories(const SplitConfig& split, std::span<const double> times, size_t length, const KnownData* known,
               const Dataset& data);

  // The number of each row's history. Rows without a user, or with nothing before them, have number 0.
  const std::vector<uint32_t>& of_rows() const { return of_rows_; }
  size_t size() const { return ranges_.size(); }
  // The items of a history, oldest first.
  std::span<const uint32_t> operator[](uint32_t history) const {
    const auto [begin, end] = ranges_[history];
    return std::span(events_).subspan(begin, end - begin);
  }
  // Whether histories overlap in events(); else each has a part of its own.
  bool are_slices() const { return slices_; }
  std::span<const uint32_t> events() const { return events_; }
  std::pair<uint32_t, uint32_t> range(uint32_t history) const { return ranges_[history]; }

 private:
  void by_time(const Interactions& interactions, std::span<const double> times, size_t length,
               const Dataset& data);
  void leaving_row_out(const Interactions& interactions, size_t length, const Dataset& data);
  void by_user(const UserRatings& ratings, size_t length, const Dataset& data);

  std::vector<uint32_t> events_;
  std::vector<std::pair<uint32_t, uint32_t>> ranges_ = {{0, 0}};  // in events_
  std::vector<uint32_t> of_rows_;
  bool slices_ = true;
};

}  // namespace shortlist
