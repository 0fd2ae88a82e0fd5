#include "shortlist/features/tokenizer.h"

#include <algorithm>
#include <array>

#include "shortlist/features/utf8.h"

namespace shortlist {
namespace {

enum class ByteClass : unsigned char { keep, space, drop };

struct ByteRule {
  ByteClass byte_class = ByteClass::keep;
  char as = 0;
};
using ByteRules = std::array<ByteRule, 256>;

constexpr ByteRules rules(bool lower_and_strip) {
  ByteRules table{};
  for (int c = 0; c < 256; ++c) {
    const bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9';
    const bool space = c == ' ' || (c >= '\t' && c <= '\r');
    const bool punctuation = c > ' ' && c < 0x7f && !upper && !lower && !digit;
    ByteRule& rule = table[static_cast<size_t>(c)];
    rule.as = static_cast<char>(lower_and_strip && upper ? c + ('a' - 'A') : c);
    rule.byte_class = space                            ? ByteClass::space
                      : lower_and_strip && punctuation ? ByteClass::drop
                                                       : ByteClass::keep;
  }
  return table;
}

constexpr ByteRules kKeras = rules(true), kPlain = rules(false);

}  // namespace

void Tokenizer::split(std::string_view text) {
  if (standardize_ == Standardize::unicode) {
    folded_.clear();
    fold_unicode(text, folded_);
    text = folded_;
  }
  const ByteRules& table = standardize_ == Standardize::lower_and_strip_punctuation ? kKeras : kPlain;
  words_.clear();
  places_.clear();
  bool in_word = false;
  for (char c : text) {
    const ByteRule rule = table[static_cast<unsigned char>(c)];
    if (rule.byte_class == ByteClass::drop) continue;
    if (rule.byte_class == ByteClass::space) {
      in_word = false;
      continue;
    }
    if (!in_word) {
      if (!words_.empty()) words_ += ' ';
      places_.push_back({words_.size(), words_.size()});
      in_word = true;
    }
    words_ += rule.as;
    places_.back().end = words_.size();
  }
}

void Tokenizer::tokenize(std::string_view text, FunctionRef<void(std::string_view token)> use) {
  split(text);
  const std::string_view words = words_;
  for (size_t n = 1; n <= std::min<size_t>(ngrams_, places_.size()); ++n) {
    for (size_t i = 0; i + n <= places_.size(); ++i) {
      use(words.substr(places_[i].begin, places_[i + n - 1].end - places_[i].begin));
    }
  }
}

}  // namespace shortlist
