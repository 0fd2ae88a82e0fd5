// Fits features on columns of distinct values, and encodes distinct rows by them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "shortlist/config/config.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/train/data_columns.h"

namespace shortlist {

// Distinct values of a column that are fitted at once. Parts are merged, so memory for what is looked at next
// to the result stays small.
inline constexpr size_t kPartValues = size_t{1} << 16;

// Fits the features of both towers on the distinct values of each column, with how often each is in the rows;
// all rows of the interactions when `rows` is null. Throws a data Error that names the row of a value that
// has no meaning, as all here do.
FeatureMap fit_features(const Config& config, const DataColumns& columns, const std::vector<uint32_t>* rows,
                        ColumnForms forms, size_t part_values = kPartValues);

// A tower's features of the rows `first`. The distinct values of each feature's column are encoded once.
// Adds the values that a feature has not seen to `unseen`, by its name.
EncodedRows encode_distinct(const FeatureMap& tower, const DataColumns& columns,
                            const std::vector<uint32_t>& first,
                            std::vector<std::pair<std::string, uint64_t>>& unseen);

// The codes of a tower's columns.
std::vector<const std::vector<uint32_t>*> codes_of(const FeatureMap& tower, const DataColumns& columns);

}  // namespace shortlist
