// Values of many queries that the model has not seen, to be said once.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "shortlist/cli/terminal.h"
#include "shortlist/cli/words.h"

namespace shortlist {

class UnseenValues {
 public:
  using Counts = std::vector<std::pair<std::string, uint64_t>>;  // by column

  void add(const Counts& counts) {
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
  Counts total_;
};

}  // namespace shortlist
