// Builds the structure of a Keras model from its attribute names.
#pragma once

#include <string>
#include <vector>

#include "shortlist/features/feature_config.h"
#include "shortlist/interop/tensorflow/keras_structure.h"
#include "shortlist/model/parameters.h"

namespace shortlist {

// Towers are Sequential: a model of the features, then the layers. The attribute of a feature is Sequential
// too: a lookup and an embedding, or a vectorizer, an embedding and a pooling layer. The deep layers are a
// list.
struct KerasNames {
  std::string query = "query_model", item = "candidate_model";
  std::string cross = "_cross_layer", deep = "_deep_layers", prediction = "_logit_layer";
  struct Feature {
    std::string feature, attribute;
    bool text = false;
  };
  std::vector<Feature> features;
};

// For the features of both towers, in order. "genre" becomes "genre_text_embedding" if it is text, "type"
// becomes "type_embedding"; all in lower case.
KerasNames default_keras_names(const std::vector<FeatureConfig>& features);

// The structure has no optimizer: Keras identifies slots by the order in which the model creates its
// variables, which the names do not determine. Throws a usage Error for a model with several ranking tasks,
// or with a cross that is not the first layer of the ranking.
KerasStructure structure_from_names(const ModelSpec& spec, const Parameters& parameters,
                                    const KerasNames& names);

}  // namespace shortlist
