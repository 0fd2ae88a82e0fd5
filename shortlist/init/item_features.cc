#include "shortlist/init/item_features.h"

#include <algorithm>

namespace shortlist {

size_t title_column(const ModelGuess& guess) { return guess.display.value_or(guess.item); }

bool has_title_words(const ModelGuess& guess) {
  const ColumnSummary& summary = guess.columns[title_column(guess)].summary;
  return summary.type == ColumnType::text && summary.average_words.value_or(0) >= 2;
}

std::string title_words_name(const ModelGuess& guess) {
  std::string words = guess.columns[title_column(guess)].name + "_words";
  while (std::ranges::find(guess.columns, words, &ColumnGuess::name) != guess.columns.end()) words += "_";
  return words;
}

std::optional<std::string> richest_feature(const ModelGuess& guess) {
  if (has_title_words(guess)) return title_words_name(guess);
  const ColumnGuess* richest = nullptr;
  for (const size_t c : guess.used_as(Use::describes)) {
    const ColumnGuess& column = guess.columns[c];
    const bool embedded =
        column.holds == Holds::category || column.holds == Holds::categories || column.holds == Holds::text;
    if (embedded && (!richest || column.summary.distinct > richest->summary.distinct)) richest = &column;
  }
  return richest ? std::optional(richest->name) : std::nullopt;
}

}  // namespace shortlist
