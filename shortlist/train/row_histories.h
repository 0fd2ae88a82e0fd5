// The items that the user of each row took before it, as slices of one list where possible.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "shortlist/config/data_config.h"
#include "shortlist/train/dataset.h"
#include "shortlist/train/known_data.h"

namespace shortlist {

class RowHistories {
 public:
  // See add_histories(). At most `length` items of a history are needed.
  RowHistories(const SplitConfig& split, std::span<const double> times, size_t length, const KnownData* known,
               const Dataset& data);

  // The number of each row's history. Rows without a user, or with nothing before them, have number 0.
  const std::vector<uint32_t>& of_rows() const { return of_rows_; }
  size_t size() const { return ranges_.size(); }
  // The last items of a history, oldest first: at most `most`.
  std::span<const uint32_t> last(uint32_t history, size_t most) const {
    const Range& range = ranges_[history];
    return std::span(events_).subspan(range.end - std::min<size_t>(most, range.size()),
                                      std::min<size_t>(most, range.size()));
  }

  // The items [begin, end) of events() are a history. It contains all of the user's events before the row if
  // are_slices(); otherwise each history has its own part of events(), with at most `length` items.
  struct Range {
    uint32_t begin = 0, end = 0;
    bool of_training = false;  // of training rows; rows of other parts have histories of their own
    uint32_t size() const { return end - begin; }
  };
  bool are_slices() const { return slices_; }
  std::span<const uint32_t> events() const { return events_; }
  const Range& range(uint32_t history) const { return ranges_[history]; }

 private:
  void by_time(const Interactions& interactions, std::span<const double> times, const Dataset& data);
  void leaving_row_out(const Interactions& interactions, size_t length, const Dataset& data);
  void by_user(const UserRatings& ratings, size_t length, const Dataset& data);

  std::vector<uint32_t> events_;
  std::vector<Range> ranges_ = {{}};
  std::vector<uint32_t> of_rows_;
  bool slices_ = true;
};

}  // namespace shortlist
