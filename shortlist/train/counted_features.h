// Features that are fitted on counts of the columns' values, so that the shards of a table can be counted
// separately.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "shortlist/config/data_spec.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/table/counted_column.h"
#include "shortlist/table/shard.h"
#include "shortlist/table/table.h"
#include "shortlist/train/data_columns.h"

namespace shortlist {

struct CountedShard {
  uint64_t table_rows = 0, rows = 0, fitted = 0;
  std::vector<CountedColumn> columns;  // that features read; `selected` are the rows that they are fitted on
  std::vector<ColumnType> types;       // of these columns in the table
};

// Counts the rows of a shard. Reads only these rows, and the columns of the split completely if it has some,
// since a row's part may depend on all rows. Throws a usage Error for a spec with side tables.
CountedShard count_shard(const DataSpec& spec, const Table& table, Shard shard);

// What a table's column must have for fitted features to belong to it.
struct ColumnDigest {
  uint64_t all = 0, fitted = 0;  // sums over rows of a hash of their values
  bool operator==(const ColumnDigest&) const = default;
};

struct FittedFeatures {
  FeatureMap features;
  uint64_t rows = 0, fitted = 0;
  std::map<std::string, ColumnDigest> digests;  // by column
  std::string file;                             // for messages
};

// Fits on columns of the whole table with their raw values. `date_format` is the table's.
FittedFeatures fit_counted(const DataSpec& spec, std::vector<CountedColumn> columns, uint64_t rows,
                           const std::string& date_format);

// The fitted features, with the forms of the table's columns. Throws a data Error that names a column if they
// were fitted on another table or on other rows of it. `rows` are those that features are fitted on, null for
// all.
FeatureMap use_fitted(const FittedFeatures& fitted, const DataColumns& columns,
                      const std::vector<uint32_t>* rows, ColumnForms forms);

}  // namespace shortlist
