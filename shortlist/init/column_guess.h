// What a column of an unknown table holds, judged from its name and its figures; each judgement with its
// reason.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shortlist/table/inspect.h"

namespace shortlist {

enum class NameHint {
  none,
  user,
  item,
  label,
  time,
  weight,  // how often or how much: "quantity", "play_count"
  part,    // a part of the data: "split", "fold"
  event,   // an order, a receipt, a row: another one each time
};

// What a column's name says: "userId" and "User_ID" are a key of the user, "movie_genre" is not a key.
struct NameMeaning {
  NameHint hint = NameHint::none;
  bool key = false;       // every word of it stands for the user, the item or the event itself
  bool id = false;        // it says "id"
  bool readable = false;  // it says "name" or "title"
  size_t weight = 0;      // labels: the earlier in the list of hints, the more
};
NameMeaning name_meaning(std::string_view name);

enum class Holds {
  nothing,     // no value, or one only
  row_number,  // a value of its own in each row
  category,    // one of several values that come again
  categories,  // several such values a row: a list, or text with a separator
  text,        // words
  number,
  vector,  // lists of numbers, all of one length
  time,    // seconds since 1970, or a date
};

struct ColumnGuess {
  ColumnSummary summary;
  std::string name;  // in the config; differs from summary.name where the table has no names
  NameMeaning meaning;
  Holds holds = Holds::nothing;
  std::string separator;    // of categories in a text
  std::string time_format;  // of times in a text; "" for ISO 8601
  std::string why;          // "integer, 943 different values"

  bool is(NameHint hint) const { return meaning.hint == hint; }
  double distinct_share() const;  // of the rows that have a value
  uint64_t without_value() const { return summary.missing + summary.blank; }
};

// "2 of 1600 rows have no value"; "" where all have one.
std::string says_missing(const ColumnGuess& column);

// Reads the table once, and columns of dates again.
std::vector<ColumnGuess> guess_columns(const Table& table);

// Words that mean a missing value in some column: among numbers, or several such words in one column. "NA"
// alone among texts may be Namibia.
std::vector<std::string> words_for_missing(const std::vector<ColumnGuess>& columns);

// Whether the names are DuckDB's own: column0, column1, ...
bool names_are_generated(const std::vector<ColumnGuess>& columns);

}  // namespace shortlist
