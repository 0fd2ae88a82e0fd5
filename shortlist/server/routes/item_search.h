// Finds items by words of their text, as users type them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/base/deadline.h"
#include "shortlist/server/routes/gram_blocks.h"

namespace shortlist {

// The first items of all that match.
struct FoundItems {
  std::vector<uint32_t> items;
  bool exact = true;  // whether `total` is the number of all matches; else there are at least that many
  uint64_t total = 0;
  uint64_t compared = 0;  // texts that were compared with the query: the cost of the search
};

// A search compares the texts of blocks that may contain a match, until it has found enough. So it compares
// few texts, unless the query consists of several words that are frequent, but not in the same text.
class ItemSearch {
 public:
  explicit ItemSearch(const std::vector<std::string>& texts);

  // The first `most` of the items whose text contains every word of the query, ignoring case and punctuation.
  // Texts equal to the query come first, then texts that begin with it, then texts with a word that begins
  // with it, then the others. Within each group, items are in their own order. A query without words matches
  // all items. If `allowed` is not empty, an item must also have allowed[item] != 0. Throws DeadlinePassed.
  FoundItems find(std::string_view query, size_t most, const Deadline& deadline = {},
                  const std::vector<uint8_t>& allowed = {}) const;

 private:
  class Run;

  std::string_view text(size_t item) const {
    return {bytes_.data() + ends_[item], ends_[item + 1] - ends_[item]};
  }
  size_t size() const { return ends_.size() - 1; }

  std::string bytes_;  // folded texts, concatenated
  std::vector<uint64_t> ends_ = {0};
  GramBlocks blocks_;
};

}  // namespace shortlist
