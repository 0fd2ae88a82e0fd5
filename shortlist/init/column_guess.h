// What a column of an unknown table contains, judged from its name and its statistics. Each judgement has a
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
  weight,  // a frequency or an amount: "quantity", "play_count"
  part,    // a split of the data: "split", "fold"
  event,   // an order, receipt or row: a different value each time
};

// What a column's name implies: "userId" and "User_ID" are a key of the user, "movie_genre" is not a key.
struct NameMeaning {
  NameHint hint = NameHint::none;
  bool key = false;       // every word refers to the user, the item or the event itself
  bool id = false;        // contains "id"
  bool readable = false;  // contains "name" or "title"
  bool image = false;     // contains "image", "poster" or the like
  size_t weight = 0;      // for labels: higher for names that are earlier in the list of hints
};
NameMeaning name_meaning(std::string_view name);

enum class Holds {
  nothing,     // no value, or only one distinct value
  row_number,  // a different value in each row
  category,    // one of several repeated values
  categories,  // several such values per row: a list, or text with a separator
  text,        // words
  number,
  vector,  // lists of numbers, all of one length
  time,    // seconds since 1970, or a date
};

struct ColumnGuess {
  ColumnSummary summary;
  std::string name;  // in the config; differs from summary.name if the table has no column names
  NameMeaning meaning;
  Holds holds = Holds::nothing;
  std::string separator;    // between categories in a text
  std::string time_format;  // of times in a text; "" for ISO 8601
  std::string why;          // "integer, 943 different values"

  bool is(NameHint hint) const { return meaning.hint == hint; }
  double distinct_share() const;  // of the rows that have a value
  uint64_t without_value() const { return summary.missing + summary.blank; }
};

// Whether the name says an image and the values are URLs that the web page may load: by https, or relative to
// it and with the ending of an image.
bool has_image_urls(const ColumnGuess& column);

// Returns "2 of 1600 rows have no value", or "" if no value is missing.
std::string says_missing(const ColumnGuess& column);

// Reads the table once, and columns of dates a second time.
std::vector<ColumnGuess> guess_columns(const Table& table);

// Words that mean a missing value in some column: words among numbers, or several such words in one column. A
// lone "NA" among texts may mean Namibia.
std::vector<std::string> words_for_missing(const std::vector<ColumnGuess>& columns);

// Whether the names are DuckDB's own: column0, column1, ...
bool names_are_generated(const std::vector<ColumnGuess>& columns);

}  // namespace shortlist
