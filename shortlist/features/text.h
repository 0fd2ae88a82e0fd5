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
  static constexpr const char* help = "The words of a text, pooled";
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
          "How to prepare a text before it is split at white space: ASCII lower case without punctuation (as "
          "Keras), Unicode's rules, or none");
    visit("ngrams", ngrams, "Longest run of words that becomes a token of its own", Range::at_least(1));
    visit("max_tokens", max_tokens,
          "Maximum number of ids, including padding and unknown. The most frequent words are kept.",
          Range::between(3, kMostIds));
    visit("rows", rows,
          "Which ids have rows in the embedding: max_tokens (as Keras's Embedding(max_tokens); the default "
          "if max_tokens is set) or those of the vocabulary");
    visit("max_length", max_length, "Maximum number of ids per row. The first ones are kept.",
          Range::at_least(1));
    visit("fit_on", fit_on, "Count words over all rows, or once for each distinct text");
    visit("vocabulary", vocabulary,
          "The words in the order of their ids, from id 2. If set, no words are fitted.");
    visit("unknown", unknown, "How to treat an unknown word: oov (id 1), drop");
    visit("missing", missing, "How to treat a missing text: empty (no id, zeros), oov (id 1), error");
  }
  static constexpr bool yields_ids() { return true; }
  void check(const Value& value, const Where& where) const;
  std::unique_ptr<FeatureFit> make_fit() const;
  static std::unique_ptr<const Feature> load(const nlohmann::json& feature);
};

}  // namespace shortlist
