// The words of a text, as in Keras's TextVectorization with ragged output: id 0 is padding, which no row
// contains, id 1 is an unknown word, then the words by descending frequency, ties by bytes descending. A
// row's ids are its words in order, then its bigrams, and so on up to `ngrams`. A text without words has no
// ids and yields zeros.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/features/feature.h"
#include "shortlist/features/tokenizer.h"

namespace shortlist {

enum class TextRows { max_tokens, vocabulary };
template <>
struct EnumNames<TextRows> {
  static constexpr std::pair<TextRows, std::string_view> names[] = {{TextRows::max_tokens, "max_tokens"},
                                                                    {TextRows::vocabulary, "vocabulary"}};
};

enum class FitOn { rows, unique };
template <>
struct EnumNames<FitOn> {
  static constexpr std::pair<FitOn, std::string_view> names[] = {{FitOn::rows, "rows"},
                                                                 {FitOn::unique, "unique"}};
};

enum class UnknownWord { oov, drop };
template <>
struct EnumNames<UnknownWord> {
  static constexpr std::pair<UnknownWord, std::string_view> names[] = {{UnknownWord::oov, "oov"},
                                                                       {UnknownWord::drop, "drop"}};
};

enum class MissingText { empty, oov, error };
template <>
struct EnumNames<MissingText> {
  static constexpr std::pair<MissingText, std::string_view> names[] = {
      {MissingText::empty, "empty"}, {MissingText::oov, "oov"}, {MissingText::error, "error"}};
};

struct TextSettings {
  static constexpr const char* kind = "text";
  static constexpr const char* help = "the words of a text, pooled";
  Standardize standardize = Standardize::lower_and_strip_punctuation;
  int ngrams = 1;
  std::optional<int32_t> max_tokens;
  std::optional<TextRows> rows;
  std::optional<int32_t> max_length;
  FitOn fit_on = FitOn::rows;
  std::vector<std::string> vocabulary;
  UnknownWord unknown = UnknownWord::oov;
  MissingText missing = MissingText::empty;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("standardize", standardize,
          "before the split at white space: ASCII lower case without punctuation (as Keras), Unicode's "
          "rules, or none");
    visit("ngrams", ngrams, "longest run of words that is a token of its own", Range::at_least(1));
    visit("max_tokens", max_tokens, "most ids, padding and unknown included; the most frequent words stay",
          Range::between(3, kMostIds));
    visit("rows", rows,
          "ids that the embedding has rows for: max_tokens (as Keras's Embedding(max_tokens); the default "
          "where set) "
          "or those of the vocabulary");
    visit("max_length", max_length, "ids of a row that are kept, from its start", Range::at_least(1));
    visit("fit_on", fit_on, "count words over all rows, or once for each different text");
    visit("vocabulary", vocabulary, "the words in the order of their ids, from id 2; then nothing is fitted");
    visit("unknown", unknown, "an unknown word is: oov (id 1), drop");
    visit("missing", missing, "a missing text is: empty (no id, zeros), oov (id 1), error");
  }
  static constexpr bool yields_ids() { return true; }
  void check(const Value& value, const Where& where) const;
  std::unique_ptr<FeatureFit> make_fit() const;
  static std::unique_ptr<const Feature> load(const nlohmann::json& feature);
};

}  // namespace shortlist
