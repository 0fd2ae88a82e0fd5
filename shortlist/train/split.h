// Which rows are for training, validation and test.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "shortlist/config/data_config.h"
#include "shortlist/table/coded_column.h"

namespace shortlist {

// Row numbers of a table, in the order in which they are used. Each row is in at most one part.
struct Split {
  std::vector<uint32_t> train, validation, test;

  // `name` is "train", "validation", "test", or "all" for the three concatenated. Throws a usage Error for
  // other names.
  std::vector<uint32_t> rows(std::string_view name) const;
};

// The columns that a split needs, else null.
struct SplitColumns {
  const CodedColumn* column = nullptr;  // split.column
  const CodedColumn* user = nullptr;    // split.user. May have further rows after the table's.
};

// A pure function of config, number of rows, and columns. If the config declares no unit or format for times,
// they are inferred from the whole column. Throws a usage Error if the parts need more rows than there are,
// and a data Error if the column does not fit.
//   random, order, time, rows   the rows in that order are cut into the parts; rows at the same time keep the
//                               order of the table, so a cut may separate them
//   column       leaves out rows whose value is missing or blank, and rows of a part with size 0
//   user         the users in a random order are cut into the parts; a part has the rows of its users, in the
//                table's order
//   last         of the rows of each user by time, ties in the table's order, the last `test` are test rows
//                and the `validation` before them validation rows. A user keeps at least one training row,
//                and test rows come before validation rows if there are too few. All parts are ordered by
//                time
//   stratified   the same for the rows of each user in a random order; the parts have random orders
// With a share, a user of n rows has round(n * share) such rows. Rows without a user are training rows.
Split make_split(const SplitConfig& config, size_t rows, const SplitColumns& columns);

// The time of each distinct value of a column, in seconds since 1970. What `declared` does not say is
// inferred from the whole column. Throws a data Error for a missing value, and for one that is not a time.
std::vector<double> times_of_values(const TimeForm& declared, const CodedColumn& column);

}  // namespace shortlist
