// Features that are fitted on a table in shards, each in a process of its own.
//
// A shard's file has JSON lines: a header with the shard, the config and the table; then the distinct values
// of each column that features read, with the first row of each and how often it occurs in the shard's rows
// and in those of them that features are fitted on; then the SHA-256 of all that. The values of all shards
// joined, in the order of their first rows, are the values of the whole table, so the merged features are
// those of a fit of the whole, for any kind of feature and any number of shards.
#pragma once

#include <string>
#include <vector>

#include "shortlist/config/config.h"
#include "shortlist/table/shard.h"
#include "shortlist/train/counted_features.h"

namespace shortlist {

struct FittedRows {
  uint64_t in_table = 0, in_shard = 0, fitted = 0;
};

// Counts the values of a shard of the config's table and writes them to `out`, which appears complete. Throws
// a usage Error for a config with side tables, whose columns are not columns of the shard.
FittedRows fit_shard(const Config& config, Shard shard, const std::string& out);

// Joins the files of all shards, given in any order, and writes the fitted features. Throws an Error that
// names the file that is damaged, of another config, table or number of shards, or that has a shard given
// twice, or the number of a shard that is missing.
FittedRows merge_fits(const std::vector<std::string>& files, const std::string& out);

// Reads merged features. Throws a data Error for a damaged file, and a usage Error if the config has other
// features, which it names.
FittedFeatures load_fitted_features(const std::string& path, const Config& config);

}  // namespace shortlist
