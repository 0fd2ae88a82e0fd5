// A feature as declared in a config: { kind = "text", column = "name", max_tokens = 10_000, dim = 32 }.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/features/feature_settings.h"

namespace shortlist {

struct FeatureConfig {
  std::string name;
  std::string column;  // column of the table; default: the feature's name
  std::shared_ptr<const FeatureSettings> settings;
  Value embedding;  // the embedding_keys() that were given, with their lines; read by the model
};

// The keys of a feature's table that configure the embedding, not the kind: dim, pooling, initializer, l2.
const std::vector<std::string>& embedding_keys();

// Reads one feature's table. Throws a usage Error for an unknown kind or key and suggests the nearest known
// one.
FeatureConfig read_feature(std::string_view name, const Value& value, const Where& where);

// The columns that a feature reads: its own, and the further ones.
std::vector<ColumnRequest> columns_of(const FeatureConfig& config);

// Reads the table [features]: one feature per key, in the table's order.
std::vector<FeatureConfig> read_features(const Value& value, const Where& where);

// The table from which read_feature() reads the same config, including every default of the kind.
Value write_feature(const FeatureConfig& config);

}  // namespace shortlist
