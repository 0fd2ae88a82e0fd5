#include "shortlist/interop/tensorflow/export_keras.h"

#include <algorithm>
#include <filesystem>
#include <map>

namespace shortlist {
namespace {

namespace fs = std::filesystem;

void write_checkpoint(const std::string& prefix, std::vector<BundleTensor> tensors) {
  const fs::path path(prefix);
  if (!path.parent_path().empty()) make_directories(path.parent_path());
  write_tensor_bundle(prefix, std::move(tensors));
  const std::string name = path.filename().empty() ? "." : path.filename().string();
  write_file_atomically(
      (path.parent_path() / "checkpoint").string(),
      fmt::format("model_checkpoint_path: \"{0}\"\nall_model_checkpoint_paths: \"{0}\"\n", name));
}

// The exported values: views by name, without keys.
class Values {
 public:
  Values(const Parameters& parameters, const OptimizerState* optimizer) {
    for (size_t i = 0; i < parameters.size(); ++i) {
      const Matrix& value = parameters.at(i).value;
      add(parameters.name(i), shape_of(parameters.at(i).spec), {value.data, value.rows * value.cols});
    }
    if (optimizer == nullptr) return;
    add_scalar("steps", BundleDType::int64, std::as_bytes(std::span(&optimizer->steps, 1)));
    if (optimizer->learning_rate) {
      learning_rate_ = static_cast<float>(*optimizer->learning_rate);
      add_scalar("learning_rate", BundleDType::float32, std::as_bytes(std::span(&learning_rate_, 1)));
    }
    for (const OptimizerState::Slot& slot : optimizer->slots) {
      const auto of = values_.find(slot.name.substr(0, slot.name.rfind('/')));
      if (of != values_.end()) add(slot.name, of->second.shape, slot.values.span());
    }
  }
  Values(const Values&) = delete;

  const BundleTensor* find(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
  }

 private:
  static std::vector<int64_t> shape_of(const ParameterSpec& spec) {
    const auto rows = static_cast<int64_t>(spec.rows), cols = static_cast<int64_t>(spec.cols);
    const bool matrix = spec.name.starts_with("kernel") || spec.name == "embeddings";
    return matrix ? std::vector<int64_t>{rows, cols} : std::vector<int64_t>{cols};
  }
  void add(const std::string& name, std::vector<int64_t> shape, std::span<const float> values) {
    values_[name] = {.shape = std::move(shape), .bytes = std::as_bytes(values)};
  }
  void add_scalar(const std::string& name, BundleDType dtype, Bytes bytes) {
    values_[name] = {.dtype = dtype, .bytes = bytes};
  }

  std::map<std::string, BundleTensor> values_;
  float learning_rate_ = 0;
};

bool is_slot(const std::string& held, const Parameters& parameters) {
  const std::string of = held.substr(0, held.rfind('/'));
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (parameters.name(i) == of) return true;
  }
  return false;
}

bool fits(const OptimizerState::Slot& slot, const Parameters& parameters) {
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Matrix& value = parameters.at(i).value;
    if (slot.name.starts_with(parameters.name(i) + "/"))
      return slot.rows == value.rows && slot.cols == value.cols;
  }
  return false;
}

// Whether the structure and `optimizer` have the same slots, each with the shape of its parameter, as in
// Keras. This excludes row-wise Adagrad, which has one sum per row.
bool has_all_slots(const KerasStructure& structure, const Parameters& parameters,
                   const OptimizerState& optimizer) {
  size_t slots = 0;
  for (const TrackedObject& node : structure.graph.nodes) {
    const std::string* held = held_by(node);
    if (held == nullptr || !is_slot(*held, parameters)) continue;
    const OptimizerState::Slot* slot = optimizer.find(*held);
    if (slot == nullptr || !fits(*slot, parameters)) return false;
    ++slots;
  }
  return slots == optimizer.slots.size();
}

// Moves the graph's variables to `tensors`: Shortlist's with their values, all others from `others`.
// Variables without a value lose their attributes.
std::vector<BundleTensor> fill(ObjectGraph& graph, const Values& values, const TensorBundle* others) {
  std::vector<BundleTensor> tensors;
  for (TrackedObject& node : graph.nodes) {
    const std::string* held = held_by(node);
    const BundleTensor* value = held == nullptr ? nullptr : values.find(*held);
    const bool ours = held != nullptr;
    std::erase_if(node.attributes, [&](const TrackedObject::Attribute& attribute) {
      if (attribute.name == KerasStructure::kHolds) return true;
      const BundleTensor* from = ours ? value : others == nullptr ? nullptr : others->find(attribute.key);
      if (from == nullptr) return true;
      tensors.push_back(*from);
      tensors.back().key = attribute.key;
      return false;
    });
  }
  for (TrackedObject& node : graph.nodes) {
    std::erase_if(node.slots, [&](const TrackedObject::Slot& slot) {
      return graph.nodes[slot.node].variable() == nullptr;
    });
  }
  return tensors;
}

void write(const std::string& prefix, const KerasStructure& structure, const Parameters& parameters,
           const OptimizerState* optimizer, const TensorBundle* others) {
  if (optimizer != nullptr && !has_all_slots(structure, parameters, *optimizer)) optimizer = nullptr;
  ObjectGraph graph = structure.graph;
  const Values values(parameters, optimizer);
  std::vector<BundleTensor> tensors = fill(graph, values, others);
  tensors.push_back({.key = std::string(kObjectGraphKey), .dtype = BundleDType::string});
  tensors.back().strings = {graph.serialize()};
  write_checkpoint(prefix, std::move(tensors));
}

}  // namespace

void export_tensorflow(const std::string& prefix, const KerasStructure& structure,
                       const Parameters& parameters, const OptimizerState* optimizer) {
  write(prefix, structure, parameters, optimizer, nullptr);
}

void export_tensorflow_like(const std::string& like, const std::string& prefix, const ModelSpec& spec,
                            const Parameters& parameters, const OptimizerState* optimizer) {
  const KerasCheckpoint from = KerasCheckpoint::open(like, spec, parameters);
  for (const BundleTensor& tensor : from.bundle.tensors()) {
    if (tensor.sliced)
      throw data_error("{}: '{}' is saved in slices; save it as one variable", like, tensor.key);
  }
  write(prefix, KerasStructure::of(from, parameters), parameters, optimizer, &from.bundle);
}

}  // namespace shortlist
