#include "shortlist/server/routes/gram_blocks.h"

#include <algorithm>

namespace shortlist {
namespace {

constexpr int kHashBits = 14;
constexpr size_t kLongest = 4;

// FNV-1a over the place and the bytes, with the high bits mixed in.
size_t hash_of(unsigned char place, std::string_view gram) {
  uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3; };
  add(place);
  for (char c : gram) add(static_cast<unsigned char>(c));
  return (hash * 0x9e3779b97f4a7c15) >> (64 - kHashBits);
}

}  // namespace

GramBlocks::GramBlocks(size_t texts)
    : width_((texts + kTexts * 64 - 1) / (kTexts * 64)), bits_((size_t{1} << kHashBits) * width_) {}

uint64_t* GramBlocks::row(Place place, std::string_view gram) {
  return bits_.data() + hash_of(static_cast<unsigned char>(place), gram) * width_;
}

const uint64_t* GramBlocks::row(Place place, std::string_view gram) const {
  return bits_.data() + hash_of(static_cast<unsigned char>(place), gram) * width_;
}

void GramBlocks::add(size_t number, std::string_view text) {
  const size_t block = number / kTexts;
  const auto mark = [&](Place place, std::string_view gram) {
    row(place, gram)[block / 64] |= uint64_t{1} << block % 64;
  };
  for (const Place place : {Place::whole, Place::whole_again}) mark(place, text);
  for (size_t begin = 0; begin < text.size(); ++begin) {
    const bool begins = begin == 0 || text[begin - 1] == ' ';
    for (size_t length = 1; length <= kLongest && begin + length <= text.size(); ++length) {
      const std::string_view gram = text.substr(begin, length);
      const bool crosses = gram.find(' ') != gram.npos;
      if (!crosses || length == kLongest) mark(Place::inside, gram);
      if (begins && !crosses) mark(begin == 0 ? Place::text_begin : Place::word_begin, gram);
    }
  }
}

void GramBlocks::intersect(Place place, std::string_view gram, Bits& bits) const {
  const uint64_t* with = row(place, gram);
  for (size_t i = 0; i < width_; ++i) bits[i] &= with[i];
}

GramBlocks::Bits GramBlocks::with_all(const std::vector<std::string_view>& words) const {
  Bits bits(width_, ~uint64_t{0});
  for (std::string_view word : words) {
    const size_t length = std::min(word.size(), kLongest);
    for (size_t begin = 0; begin + length <= word.size(); ++begin)
      intersect(Place::inside, word.substr(begin, length), bits);
  }
  return bits;
}

GramBlocks::Bits GramBlocks::with_phrase(const Bits& among, std::string_view phrase) const {
  Bits bits = among;
  for (size_t begin = 0; begin + kLongest <= phrase.size(); ++begin)
    intersect(Place::inside, phrase.substr(begin, kLongest), bits);
  return bits;
}

GramBlocks::Bits GramBlocks::with_text(const Bits& among, std::string_view text) const {
  Bits bits = among;
  for (const Place place : {Place::whole, Place::whole_again}) intersect(place, text, bits);
  return bits;
}

GramBlocks::Bits GramBlocks::with_first_word(const Bits& among, std::string_view word) const {
  Bits bits = among;
  intersect(Place::text_begin, word.substr(0, kLongest), bits);
  return bits;
}

GramBlocks::Bits GramBlocks::with_later_word(const Bits& among, std::string_view word) const {
  Bits bits = among;
  intersect(Place::word_begin, word.substr(0, kLongest), bits);
  return bits;
}

}  // namespace shortlist
