// What the texts of an unknown column are besides words: lists in brackets, or dates.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/table/inspect.h"

namespace shortlist {

struct TextGuess {
  enum class Kind {
    lists,
    dates,
    unclear
  } kind = Kind::unclear;  // unclear: `why` says what a person must decide
  std::string format;      // of dates, "" for ISO 8601
  std::string why;
};

// For each column of the table; none where it has ordinary texts or numbers. Judges by the most frequent
// values, and reads the columns whose values look like dates, many of them at once. Digits such as 20210131
// look like a date where the column's name says that it has times.
std::vector<std::optional<TextGuess>> guess_texts(const Table& table,
                                                  const std::vector<ColumnSummary>& columns,
                                                  const std::vector<bool>& named_times);

}  // namespace shortlist
