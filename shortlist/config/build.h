// From a config to a model.
#pragma once

#include "shortlist/config/config.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/model/spec.h"

namespace shortlist {

// What the model has to know of a fitted feature.
struct FeatureShape {
  int32_t ids = 0;  // rows of its embedding table; 0 when it gives numbers
  int width = 0;    // of its numbers
};

std::vector<FeatureShape> feature_shapes(const FeatureMap& tower);

// Towers and rankings as the config says. `query` and `candidate` go with the towers' features.
// Throws a usage Error with file and line when layers do not fit together.
ModelSpec build_model(const Config& config, const std::vector<FeatureShape>& query,
                      const std::vector<FeatureShape>& candidate);
// The same with fitted features, of both towers.
ModelSpec build_model(const Config& config, const FeatureMap& features);

}  // namespace shortlist
