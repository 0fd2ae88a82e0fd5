// From a text to words and n-grams, as Keras's TextVectorization does it or by Unicode's rules.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/base/function_ref.h"

namespace shortlist {

// Words are then split at runs of ASCII white space.
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

  // Hands over all words, then all pairs of neighbours, and so on to `ngrams`; joined by ' '. The tokens are
  // valid during the call. Not for several threads at once.
  void tokenize(std::string_view text, FunctionRef<void(std::string_view token)> use);

 private:
  struct Word {
    size_t begin, end;
  };
  void split(std::string_view text);

  Standardize standardize_;
  int ngrams_;
  std::string words_, folded_;  // words_: the words joined by ' ', so that an n-gram is a piece of it
  std::vector<Word> places_;    // of the words in words_
};

}  // namespace shortlist
