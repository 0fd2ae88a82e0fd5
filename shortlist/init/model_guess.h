// What each column of an unknown table is for in a model: the query, the candidate, the label, the time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/init/column_guess.h"

namespace shortlist {

enum class Use {
  left_out,
  query,      // the query tower sees it
  candidate,  // it tells candidates apart, and their tower sees it
  describes,  // the candidate tower sees it
  shown,      // says something of the candidate that its tower does not see
  label,
  time,   // the rows are split by it
  split,  // says which rows are for training, validation and test
};

struct ColumnUse {
  Use use = Use::left_out;
  bool attribute = false;  // one value to each candidate: to show and to filter by
  std::string why;
};

// A column that its name would make the user, the item, the label or the time, and why it is not.
struct TurnedDown {
  std::string column, use, why;
};

// A table of items or of users.
struct SideGuess {
  TableSource source;  // with the words for missing values that were found
  std::string key, why;
  std::vector<std::string> left_out;  // columns that cannot be used, with the reason
};

struct ModelGuess {
  TableSource source;                // of the table, with the words for missing values that were found
  std::vector<ColumnGuess> columns;  // of the table, then of those of items and of users
  size_t own_columns = 0;            // so many of them are the table's
  std::optional<SideGuess> items, users;
  std::vector<ColumnUse> uses;  // one a column
  size_t candidate = 0;
  std::optional<size_t> user, label, time;
  std::optional<size_t> display;  // a name for each candidate, beside its id
  std::optional<size_t> split;    // a column that has the words train, validation and test
  bool has_validation = true;     // the split leaves rows for it
  std::optional<size_t> weight;   // a column that may be the rows' weight
  double repeated = 0;  // of the rows, the share whose user has had the same candidate in an earlier one
  std::vector<TurnedDown> turned_down;
  double new_users = 0;  // of the last fifth of the rows by time: the share whose user has no earlier one
  bool binary = false;   // the label is 0 or 1
  bool names_are_ours = false;  // the table has none
  bool query_describes_candidate = false;
  bool is_catalogue = false;  // hardly an item stands in two rows

  uint64_t rows() const { return columns.front().summary.rows; }
  std::vector<size_t> used_as(Use use) const;
};

// "'x' would be the item by its name, but 2 of 10 rows have no value".
std::string sentence(const TurnedDown& column);

}  // namespace shortlist
