// Builds a model from a config.
#pragma once

#include <map>
#include <string>

#include "shortlist/config/config.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/model/spec.h"

namespace shortlist {

// The properties of a fitted feature that the model needs.
struct FeatureShape {
  int32_t ids = 0;  // rows of its embedding table; 0 if it yields numbers
  int width = 0;    // number of its numbers
};

std::vector<FeatureShape> feature_shapes(const FeatureMap& tower);

// Builds the towers and rankings of the config. `query` and `candidate` correspond to the towers' features.
// Throws a usage Error with file and line if layers do not fit together.
ModelSpec build_model(const Config& config, const std::vector<FeatureShape>& query,
                      const std::vector<FeatureShape>& candidate);
// The same with the fitted features of both towers, and the scales of standardised labels, by the label's
// name.
ModelSpec build_model(const Config& config, const FeatureMap& features,
                      const std::map<std::string, LabelScale>& label_scales = {});

}  // namespace shortlist
