// A Keras model as we would write it: its structure from the names of its attributes.
#pragma once

#include <string>
#include <vector>

#include "shortlist/features/feature_config.h"
#include "shortlist/interop/tensorflow/keras_structure.h"
#include "shortlist/model/parameters.h"

namespace shortlist {

// Towers are Sequential: a model of the features, then the layers. A feature's attribute is Sequential as
// well: a lookup and an embedding, or a vectorizer, an embedding and a pooling layer. The deep layers are a
// list.
struct KerasNames {
  std::string query = "query_model", candidate = "candidate_model";
  std::string cross = "_cross_layer", deep = "_deep_layers", prediction = "_logit_layer";
  struct Feature {
    std::string feature, attribute;
    bool text = false;
  };
  std::vector<Feature> features;
};

// Of the features of both towers, in their order. "genre" is "genre_text_embedding" where it is text, "type"
// is "type_embedding"; all in lower case.
KerasNames default_keras_names(const std::vector<FeatureConfig>& features);

// Without an optimizer: Keras tells its slots apart by the order in which a model makes its variables, which
// names do not tell. Throws a usage Error for a model with several ranking tasks, or with a cross that is not
// the first layer of the ranking.
KerasStructure structure_from_names(const ModelSpec& spec, const Parameters& parameters,
                                    const KerasNames& names);

}  // namespace shortlist
