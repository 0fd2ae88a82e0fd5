// A bundle's weights as a checkpoint for a Keras model's load_weights.
#pragma once

#include <string>
#include <vector>

namespace shortlist {

struct TensorflowExport {
  std::string out;  // a prefix, as export_tensorflow() takes it
  // Where the model's structure comes from: a checkpoint of it; or names of its attributes, "query" and
  // "user_model"; or the bundle, when it was imported; or default_keras_names().
  std::string like;
  std::vector<std::pair<std::string, std::string>> names;
};

// Predictions are labels in their own unit. With the state of the optimizer, where the bundle still has its
// run, the structure comes from a checkpoint, and no label is standardised. Throws a usage Error for a name
// that there is not, and for a model that needs `like`.
void export_to_tensorflow(const std::string& bundle, const TensorflowExport& options);

}  // namespace shortlist
