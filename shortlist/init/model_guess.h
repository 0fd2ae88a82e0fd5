// What each column of an unknown table is for in a model: query, item, label, time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/init/column_guess.h"

namespace shortlist {

enum class Use {
  left_out,
  query,      // input of the query tower
  item,       // identifies the item, and is an input of the item tower
  describes,  // another input of the item tower
  shown,      // describes the item, but is not an input of its tower
  label,
  time,   // the rows are split by time
  split,  // assigns rows to training, validation and test
};

struct ColumnUse {
  Use use = Use::left_out;
  bool attribute = false;  // one value per item, to show and to filter by
  std::string why;
};

// A column whose name suggests the user, the item, the label or the time, and why it was rejected.
struct TurnedDown {
  std::string column, use, why;
};

// A table of items or of users.
struct SideGuess {
  TableSource source;  // with the words for missing values that were found
  std::string key, why;
  std::vector<std::string> left_out;  // unusable columns, with the reason
};

struct ModelGuess {
  TableSource source;                // of the table, with the words for missing values that were found
  std::vector<ColumnGuess> columns;  // of the table, then of the item and user tables
  size_t own_columns = 0;            // the first own_columns are the table's
  std::optional<SideGuess> items, users;
  std::vector<ColumnUse> uses;  // one per column
  size_t item = 0;
  std::optional<size_t> user, label, time;
  std::optional<size_t> display;  // a name for each item, in addition to its id
  std::optional<size_t> image;    // the URL of an image for each item
  std::optional<size_t> split;    // a column with the values train, validation and test
  bool has_validation = true;     // the split has validation rows
  std::optional<size_t> weight;   // a possible column of row weights
  double repeated = 0;            // share of rows whose user has the same item in an earlier row
  std::vector<TurnedDown> turned_down;
  // Shares of the last fifth of rows by time whose user or item has no earlier row.
  double new_users = 0, new_items = 0;
  bool binary = false;          // the label is 0 or 1
  bool names_are_ours = false;  // the table has no column names
  bool query_describes_item = false;
  bool is_catalogue = false;  // hardly any item is in two rows

  uint64_t rows() const { return columns.front().summary.rows; }
  std::vector<size_t> used_as(Use use) const;
};

inline constexpr const char* kWhyImage = "URLs of images, which the web page shows";

// "'x' would be the item by its name, but 2 of 10 rows have no value".
std::string sentence(const TurnedDown& column);

}  // namespace shortlist
