// Counts values of many queries that are unknown to the model, to print one note.
#pragma once

#include "shortlist/base/count_text.h"
#include "shortlist/cli/words.h"
#include "shortlist/recommend/recommender.h"

namespace shortlist {

class UnseenValues {
 public:
  void add(const UnseenCounts& counts) {
    if (total_.empty()) return void(total_ = counts);
    for (size_t i = 0; i < counts.size(); ++i) total_[i].second += counts[i].second;
  }
  void say_once() const {
    for (const auto& [column, count] : total_) {
      if (count > 0)
        say("note: {}: {} new to the model", column,
            count == 1 ? "1 value is" : count_text(count) + " values are");
    }
  }

 private:
  UnseenCounts total_;
};

}  // namespace shortlist
