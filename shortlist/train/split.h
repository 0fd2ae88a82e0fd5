// Which rows are for training, validation and test.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "shortlist/config/config.h"
#include "shortlist/table/coded_column.h"

namespace shortlist {

// Row numbers of a table, in the order in which they are used. No row stands in two of them.
struct Split {
  std::vector<uint32_t> train, validation, test;

  // "train", "validation", "test", or "all": the three, one after another. Throws a usage Error for other
  // names.
  std::vector<uint32_t> rows(std::string_view name) const;
};

// With by = "column", rows whose value is missing or blank and those of a part whose size is 0 are left out.
// `column` is split.column, when the way of splitting needs one. A pure function of config, number of rows,
// and column. Throws a usage Error when the parts ask for more rows than there are, a data Error when the
// column does not fit; a time's unit and format are found out from the whole column where the config declares
// none.
Split make_split(const SplitConfig& config, size_t rows, const CodedColumn* column);

// The time of each distinct value of the column that the rows are split by, in seconds since 1970. Throws as
// make_split().
std::vector<double> times_of_values(const SplitConfig& config, const CodedColumn& column);

}  // namespace shortlist
