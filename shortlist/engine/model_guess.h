// What each column of an unknown table is for in a model: the query, the candidate, the label, the time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/engine/column_guess.h"
#include "shortlist/engine/init_config.h"

namespace shortlist {

enum class Use {
  left_out,
  query,      // the query tower sees it
  candidate,  // it tells candidates apart, and their tower sees it
  describes,  // the candidate tower sees it
  label,
  time,  // the rows are split by it
};

struct ColumnUse {
  Use use = Use::left_out;
  bool attribute = false;  // one value to each candidate: to show and to filter by
  std::string why;
};

struct ModelGuess {
  std::vector<ColumnGuess> columns;
  std::vector<ColumnUse> uses;  // one a column
  size_t candidate = 0;
  std::optional<size_t> user, label, time;
  double new_users = 0;  // of the last fifth of the rows by time: the share whose user has no earlier one
  bool binary = false;   // the label is 0 or 1
  bool names_are_ours = false;  // the table has none
  bool query_describes_candidate = false;
  bool is_catalogue = false;  // hardly an item stands in two rows

  uint64_t rows() const { return columns.front().summary.rows; }
  std::vector<size_t> used_as(Use use) const;
};

// Throws a data Error for a table without rows and for a column of the options that is not there or does not
// fit; a usage Error where no query or candidate can be found.
ModelGuess guess_model(const Table& table, const InitOptions& options);

}  // namespace shortlist
