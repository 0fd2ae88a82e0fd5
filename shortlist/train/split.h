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

// A pure function of config, number of rows, and column. `column` is split.column if the split method needs
// one. With by = "column", leaves out rows whose value is missing or blank, and rows of a part with size 0.
// If the config declares no unit or format for times, they are inferred from the whole column. Throws a usage
// Error if the parts need more rows than there are, and a data Error if the column does not fit.
Split make_split(const SplitConfig& config, size_t rows, const CodedColumn* column);

// The time of each distinct value of a column, in seconds since 1970. What `declared` does not say is
// inferred from the whole column. Throws a data Error for a missing value, and for one that is not a time.
std::vector<double> times_of_values(const TimeForm& declared, const CodedColumn& column);

}  // namespace shortlist
