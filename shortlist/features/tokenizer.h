// Splits a text into words and n-grams, as Keras's TextVectorization does or by Unicode's rules.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/base/function_ref.h"

namespace shortlist {

// Standardisation before the split at runs of ASCII white space.
enum class Standardize {
  lower_and_strip_punctuation,  // Keras: ASCII lower case, the 32 ASCII punctuation bytes removed
  unicode,                      // NFKC_Casefold, punctuation and symbols removed, all white space splits
  none,
};
template <>
struct EnumNames<Standardize> {
  static constexpr std::pair<Standardize, std::string_view> names[] = {
      {Standardize::lower_and_strip_punctuation, "lower_and_strip_punctuation"},
      {Standardize::unicode, "unicode"},
      {Standardize::none, "none"}};
};

class Tokenizer {
 public:
  Tokenizer(Standardize standardize, int ngrams) : standardize_(standardize), ngrams_(ngrams) {}

  // Calls `use` for all words, then all bigrams, and so on up to `ngrams`, joined by ' '. Tokens are valid
  // during the call. Not thread-safe.
  void tokenize(std::string_view text, FunctionRef<void(std::string_view token)> use);

 private:
  struct Word {
    size_t begin, end;
  };
  void split(std::string_view text);

  Standardize standardize_;
  int ngrams_;
  std::string words_, folded_;  // words_: the words joined by ' ', so that an n-gram is a substring
  std::vector<Word> places_;    // of the words in words_
};

}  // namespace shortlist
