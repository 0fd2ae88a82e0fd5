// A model that a training begins with, on a later table: values that both know keep their embeddings.
#pragma once

#include <string>
#include <vector>

#include "shortlist/features/feature_map.h"
#include "shortlist/model/parameters.h"
#include "shortlist/model/spec.h"

namespace shortlist {

struct EarlierModel {
  const ModelSpec& model;
  Parameters& parameters;
  const FeatureMap& features;
  std::vector<std::string> query, candidate;  // names of the towers' features, which both models have
};

// Sets the parameters of a model with these features, which are initialised, to those of the earlier model. A
// value that only the new model has begins with the mean of the earlier model's values; a value that only the
// earlier model has is left out. Throws a usage Error if the models do not match.
void begin_with(const EarlierModel& earlier, const ModelSpec& model, const FeatureMap& features,
                Parameters& parameters);

}  // namespace shortlist
