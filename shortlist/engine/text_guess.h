// What the texts of an unknown column are besides words: lists in brackets, or dates.
#pragma once

#include <optional>
#include <string>

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

// None where they are ordinary texts. Looks at the most frequent values, and reads the column where those are
// dates.
std::optional<TextGuess> guess_texts(const Table& table, const ColumnSummary& column);

}  // namespace shortlist
