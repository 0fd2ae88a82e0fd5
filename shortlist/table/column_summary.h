// Summary of a column's values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shortlist/table/column.h"

namespace shortlist {

// Computed over all rows. Counts are numbers of rows; counts of a kind of value exclude missing and blank
// values.
struct ColumnSummary {
  std::string name;
  // The type that fits all values, whatever the file declares: if all texts are integers, it is integer.
  ColumnType type = ColumnType::text;
  std::string sql_type;  // of a Parquet file or a query; VARCHAR for a text file
  uint64_t rows = 0;
  uint64_t missing = 0;
  uint64_t blank = 0;                 // texts with only white space
  uint64_t distinct = 0;              // excluding missing ones
  bool distinct_is_estimate = false;  // accurate to about 1 %, if there are too many to keep
  uint64_t integers = 0;              // decimal integers of any size, including 12.0
  uint64_t numbers = 0;               // integers and other numbers, but not codes with leading zeros
  uint64_t times = 0;                 // ISO 8601
  uint64_t truths = 0;                // true and false, yes and no, and their first letters
  uint64_t bracketed = 0;             // lists, and texts in brackets, such as ['a', 'b']
  // Of integers, numbers and times (seconds), and of booleans if all values are. Not set without values.
  // Ignore NaN.
  std::optional<double> min, max, mean;
  // Texts: in characters, and in words separated by white space. Lists: the number of elements.
  std::optional<double> average_length, average_words;
  uint64_t shortest = 0, longest = 0;  // list, in elements
  // '|', ';' or ',' if it separates values that recur, such as genres; empty if none does.
  std::string separator;
  // As text, most frequent first; equal counts are ordered by value.
  std::vector<std::pair<std::string, uint64_t>> most_frequent;
  // Texts that often mean a missing value, such as NaN, None, NULL and N/A, with their numbers of rows.
  std::vector<std::pair<std::string, uint64_t>> words_for_missing;

  uint64_t present() const { return rows - missing - blank; }
  bool is_truth() const { return present() > 0 && truths == present(); }
};

}  // namespace shortlist
