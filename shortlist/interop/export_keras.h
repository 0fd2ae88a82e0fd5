// Weights back to TensorFlow: a checkpoint that a Keras model's load_weights(path) reads.
#pragma once

#include <string>
#include <vector>

#include "shortlist/model/config.h"
#include "shortlist/model/parameters.h"
#include "shortlist/optim/optimizer.h"

namespace shortlist {

// TensorFlow finds variables by the names of the attributes that hold them, so these must be the Keras
// model's. Towers are Sequential: a model of the features, then the layers. A feature's attribute is
// Sequential as well: a lookup and an embedding, or a vectorizer, an embedding and a pooling layer.
struct KerasNames {
  std::string query = "query_model", candidate = "candidate_model";
  std::string cross = "_cross_layer", deep = "_deep_layers", prediction = "_logit_layer";
  struct Feature {
    std::string feature, attribute;
    bool text = false;
  };
  std::vector<Feature>
      features;  // in the order in which the Keras model makes them, which its optimizer follows
};

// "genre" is "genre_text_embedding", "type" is "type_embedding"; all in lower case.
KerasNames default_keras_names(const Config& config);

// Both write PREFIX.index, PREFIX.data-00000-of-00001, and "checkpoint" beside them, and make the folder. A
// prefix that ends in "/" gives files ".index" and ".data-..." in that folder. `optimizer`, if given, is
// written too: steps, learning rate, slots. With one ranking task, whose layers begin with at most one cross;
// throws a usage Error for others, which export_tensorflow_like() can write.
struct ExportedOptimizer {
  Optimizer* optimizer = nullptr;
  double learning_rate = 0;
};
void export_tensorflow(const std::string& prefix, const ModelSpec& spec, const Parameters& parameters,
                       const KerasNames& names, const ExportedOptimizer& optimizer = {});

// For any structure: takes all from another checkpoint of the Keras model, and puts these values in its
// place. The optimizer's slots are written when `like` has them.
void export_tensorflow_like(const std::string& like, const std::string& prefix, const ModelSpec& spec,
                            const Parameters& parameters, const ExportedOptimizer& optimizer = {});

}  // namespace shortlist
