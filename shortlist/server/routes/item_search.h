// Finds items by words of their id, as a person types them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/base/deadline.h"

namespace shortlist {

class ItemSearch {
 public:
  explicit ItemSearch(const std::vector<std::string>& texts);

  // The items whose text holds every word of the query, case and punctuation aside: first the text that is
  // the query, then those that begin with it, then those with a word that begins with it, then the others;
  // each in their own order. All items for a query without words. Throws DeadlinePassed.
  std::vector<uint32_t> find(std::string_view query, const Deadline& deadline = {}) const;

 private:
  std::string_view text(size_t item) const {
    return {bytes_.data() + ends_[item], ends_[item + 1] - ends_[item]};
  }
  std::string bytes_;  // folded texts, one after another
  std::vector<uint64_t> ends_ = {0};
};

}  // namespace shortlist
