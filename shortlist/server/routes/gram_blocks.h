// Finds the texts that may match a query, without reading the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace shortlist {

// Texts are lists of words, separated by single spaces. They are numbered from 0 and divided into blocks of
// kTexts. For each hash of a gram, there is a bit per block: whether one of its texts has such a gram. Grams
// are the runs of four bytes, shorter ones within a word, those at the beginning of the text and of its other
// words, and the whole text. 32 bytes per text.
class GramBlocks {
 public:
  static constexpr size_t kTexts = 64;
  using Bits = std::vector<uint64_t>;  // one per block

  explicit GramBlocks(size_t texts);
  void add(size_t number, std::string_view text);

  // The blocks, and maybe others, with texts in which each of the words occurs, ...
  Bits with_all(const std::vector<std::string_view>& words) const;
  // ... and of these, the blocks with a text that contains `phrase`, equals `text`, begins with `word`, or
  // has a later word that begins with `word`.
  Bits with_phrase(const Bits& among, std::string_view phrase) const;
  Bits with_text(const Bits& among, std::string_view text) const;
  Bits with_first_word(const Bits& among, std::string_view word) const;
  Bits with_later_word(const Bits& among, std::string_view word) const;

 private:
  // A whole text has two hashes, since all blocks contain the other grams of many queries.
  enum class Place : unsigned char { inside, text_begin, word_begin, whole, whole_again };

  uint64_t* row(Place place, std::string_view gram);
  const uint64_t* row(Place place, std::string_view gram) const;
  void intersect(Place place, std::string_view gram, Bits& bits) const;

  size_t width_;                // words of 64 bits in a row
  std::vector<uint64_t> bits_;  // [hash][block]
};

}  // namespace shortlist
