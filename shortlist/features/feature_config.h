// A feature as a person declares it: { kind = "text", column = "name", max_tokens = 10_000, dim = 32 }.
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
  std::string column;  // of the table; the feature's name unless said
  std::shared_ptr<const FeatureSettings> settings;
  Value embedding;  // a table of those of embedding_keys() that were written, with their lines; the model
                    // reads it
};

// The keys of a feature's table that are the embedding's, not the kind's: dim, pooling, initializer, l2.
const std::vector<std::string>& embedding_keys();

// Reads one feature's table. Throws a usage Error for an unknown kind or key, with the nearest known one.
FeatureConfig read_feature(std::string_view name, const Value& value, const Where& where);

// Reads the table [features]: one feature a key, in its order.
std::vector<FeatureConfig> read_features(const Value& value, const Where& where);

// The table that read_feature() reads to the same config, with every default of the kind.
Value write_feature(const FeatureConfig& config);

}  // namespace shortlist
