// Whether the texts of an unknown column are something other than words: lists in brackets, or dates.
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
  } kind = Kind::unclear;  // unclear: `why` says what the user must decide
  std::string format;      // of dates; "" for ISO 8601
  std::string why;
};

// One per column of the table. None for ordinary texts or numbers. Judges by the most frequent values, and
// reads the columns whose values look like dates, many of them at once. Digits such as 20210131 count as a
// date only if the column's name suggests a time.
std::vector<std::optional<TextGuess>> guess_texts(const Table& table,
                                                  const std::vector<ColumnSummary>& columns,
                                                  const std::vector<bool>& named_times);

}  // namespace shortlist
