// Finds items by words of their text, as users type them.
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

  // The items whose text contains every word of the query, ignoring case and punctuation. Texts equal to the
  // query come first, then texts that begin with it, then texts with a word that begins with it, then the
  // others. Within each group, items are in their own order. A query without words returns all items. Throws
  // DeadlinePassed.
  std::vector<uint32_t> find(std::string_view query, const Deadline& deadline = {}) const;

 private:
  std::string_view text(size_t item) const {
    return {bytes_.data() + ends_[item], ends_[item + 1] - ends_[item]};
  }
  std::string bytes_;  // folded texts, concatenated
  std::vector<uint64_t> ends_ = {0};
};

}  // namespace shortlist
