// Fits features on columns of distinct values, and encodes distinct rows with them.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "shortlist/config/data_spec.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/train/data_columns.h"

namespace shortlist {

// Number of distinct values of a column that are fitted at once. Parts are merged, which limits the temporary
// memory.
inline constexpr size_t kPartValues = size_t{1} << 16;

// The values of a column that occur in some rows, with their counts.
struct ValueCounts {
  std::vector<uint32_t> codes, counts;
};
using CountValues = std::function<ValueCounts(const CodedColumn&)>;

// Fits the features of both towers on the distinct values of each column, weighted by their counts in `rows`
// (null: all rows of the interactions). All functions here throw a data Error that names the row of an
// invalid value.
FeatureMap fit_features(const DataSpec& spec, const DataColumns& columns, const std::vector<uint32_t>* rows,
                        ColumnForms forms, size_t part_values = kPartValues,
                        const EarlierFeatures* earlier = nullptr);

// The same with the counts that `count` returns for each column.
FeatureMap fit_features(const DataSpec& spec, const DataColumns& columns, const CountValues& count,
                        ColumnForms forms, size_t part_values = kPartValues,
                        const EarlierFeatures* earlier = nullptr);

// Encodes a tower's features of the rows `first`. The distinct values of each feature's column are encoded
// once. Adds the number of unseen values to `unseen`, by feature name.
EncodedRows encode_distinct(const FeatureMap& tower, const DataColumns& columns,
                            const std::vector<uint32_t>& first,
                            std::vector<std::pair<std::string, uint64_t>>& unseen);

// The codes of a tower's columns.
std::vector<const std::vector<uint32_t>*> codes_of(const FeatureMap& tower, const DataColumns& columns);

}  // namespace shortlist
