#include "shortlist/interop/import_keras.h"

#include <cstring>

#include "shortlist/interop/keras_checkpoint.h"

namespace shortlist {
namespace {

template <typename T>
T read_scalar(const KerasCheckpoint& from, size_t node, BundleDType dtype) {
  const BundleTensor& tensor = from.bundle.need(from.graph.nodes[node].variable()->key, dtype);
  if (tensor.bytes.size() != sizeof(T))
    throw data_error("{}: '{}' is not one number", from.bundle.prefix(), tensor.key);
  T value;
  std::memcpy(&value, tensor.bytes.data(), sizeof value);
  return value;
}

ImportedOptimizer read_optimizer(const KerasCheckpoint& from, const Parameters& parameters) {
  ImportedOptimizer optimizer;
  if (const auto node = from.steps()) optimizer.steps = read_scalar<int64_t>(from, *node, BundleDType::int64);
  if (const auto node = from.learning_rate())
    optimizer.learning_rate = read_scalar<float>(from, *node, BundleDType::float32);
  for (const MatchedSlot& slot : from.slots(parameters)) {
    const ParameterSpec& spec = parameters.at(slot.parameter).spec;
    const Bytes bytes = from.variable(slot.variable).bytes;
    optimizer.slots.push_back({slot.name, spec.rows, spec.cols, Buffer(spec.rows, spec.cols)});
    std::memcpy(optimizer.slots.back().values.data(), bytes.data(), bytes.size());
  }
  return optimizer;
}

}  // namespace

ImportedWeights import_tensorflow(const std::string& checkpoint, const ModelSpec& spec,
                                  Parameters& parameters, ImportedOptimizer* optimizer) {
  const KerasCheckpoint from = KerasCheckpoint::open(checkpoint, spec, parameters);
  if (optimizer != nullptr) *optimizer = read_optimizer(from, parameters);
  ImportedWeights weights;
  for (const MatchedVariable& m : from.matched) {
    const BundleTensor& tensor = from.variable(m.variable);
    std::memcpy(parameters.at(m.parameter).value.data, tensor.bytes.data(), tensor.bytes.size());
    weights.sources.push_back({parameters.name(m.parameter), tensor.key});
  }
  return weights;
}

void restore_optimizer(const ImportedOptimizer& imported, Optimizer& optimizer) {
  for (const Optimizer::Slot& slot : optimizer.slots()) {
    if (imported.steps == 0) break;
    const ImportedOptimizer::Slot* from = nullptr;
    for (const ImportedOptimizer::Slot& s : imported.slots) {
      if (s.name == slot.name) from = &s;
    }
    if (from == nullptr)
      throw data_error("the checkpoint's optimizer has no '{}': it is another kind than the config's",
                       slot.name);
    SHORTLIST_CHECK(from->rows == slot.values.rows && from->cols == slot.values.cols);
    std::memcpy(slot.values.data, from->values.data(), from->values.size() * sizeof(float));
  }
  optimizer.steps = imported.steps;
  optimizer.restored();
}

}  // namespace shortlist
