// What a column contains.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shortlist/table/column.h"

namespace shortlist {

// All rows are looked at. Counts are of rows, and of values that are neither missing nor blank where they are
// of a kind of value.
struct ColumnSummary {
  std::string name;
  // What all values are, whatever the file says: texts that are all integers make an integer column.
  ColumnType type = ColumnType::text;
  std::string sql_type;  // in a Parquet file or a query; VARCHAR in a text file
  uint64_t rows = 0;
  uint64_t missing = 0;
  uint64_t blank = 0;                 // texts without a character but blanks
  uint64_t distinct = 0;              // missing ones do not count
  bool distinct_is_estimate = false;  // within about 1 %, where there are too many to keep
  uint64_t integers = 0;              // decimal integers, 12.0 too, of any size
  uint64_t numbers = 0;               // those, and other numbers; not codes with zeros in front
  uint64_t times = 0;                 // ISO 8601
  uint64_t truths = 0;                // true and false, yes and no, and their first letters
  uint64_t bracketed = 0;             // texts in brackets, such as ['a', 'b']; lists
  // Integers, numbers and times (seconds), and truth values where all are; none without values. Not over NaN.
  std::optional<double> min, max, mean;
  // Texts: in characters, and in words between white space. Lists: the number of elements.
  std::optional<double> average_length, average_words;
  uint64_t shortest = 0, longest = 0;  // list, in elements
  // Of '|', ';' and ',' the one that stands between values that come again, as genres do; empty: none.
  std::string separator;
  // As text, the most frequent first, equal counts in the order of the values.
  std::vector<std::pair<std::string, uint64_t>> most_frequent;
  // Texts that often mean a missing value, such as NaN, None, NULL and N/A, with their rows.
  std::vector<std::pair<std::string, uint64_t>> words_for_missing;

  uint64_t present() const { return rows - missing - blank; }
  bool is_truth() const { return present() > 0 && truths == present(); }
};

}  // namespace shortlist
