// Builds the rankings of a model on its towers.
#pragma once

#include <set>
#include <string>

#include "shortlist/config/config.h"
#include "shortlist/model/blocks.h"
#include "shortlist/model/spec.h"

namespace shortlist {

// A node of a tower that rankings may read besides the tower's output.
struct TowerInput {
  std::string name;  // of the feature; or "query_bias", "item_bias"
  int node;
  bool has_ids = false;  // an embedding
};
struct TowerInputs {
  std::vector<TowerInput> features;  // of the tower and of rankings alone, in this order
  std::vector<TowerInput> bias;      // one node, or none if there is no bias
  std::vector<TowerInput> slots;     // of the histories that rankings attend to, by the name of the feature
};

// Adds the rankings of the config to a spec with both towers.
void build_rankings(ModelSpec& spec, const Config& config, const TowerInputs& query,
                    const TowerInputs& candidate);

// The names that layers of rankings may read: features and biases of the towers, in the order in which the
// composite layers use them.
BlockFeatures ranking_features(const Config& config, const TowerInputs& query, const TowerInputs& candidate);

// The names of the histories that rankings attend to.
std::set<std::string> attended_histories(const Config& config);

// Whether any layer of the rankings reads a tower's bias.
bool rankings_read_biases(const Config& config);

}  // namespace shortlist
