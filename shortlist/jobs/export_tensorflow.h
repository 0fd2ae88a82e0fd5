// Exports a bundle's weights as a checkpoint for a Keras model's load_weights.
#pragma once

#include <string>
#include <vector>

namespace shortlist {

struct TensorflowExport {
  std::string out;  // a prefix, as export_tensorflow() takes it
  // Source of the model's structure: a checkpoint of the model; or names of its attributes, such as "query"
  // and "user_model"; or the bundle, if it was imported; or default_keras_names().
  std::string like;
  std::vector<std::pair<std::string, std::string>> names;
};

// Predictions are labels in their own unit. The optimizer's state is included if the bundle still has its
// run, the structure comes from a checkpoint and no label is standardised. Throws Error(usage) for a name
// that does not exist, and for a model that needs `like`.
void export_to_tensorflow(const std::string& bundle, const TensorflowExport& options);

}  // namespace shortlist
