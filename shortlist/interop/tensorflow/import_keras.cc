#include "shortlist/interop/tensorflow/import_keras.h"

#include <cstring>

#include "shortlist/interop/tensorflow/keras_h5.h"

namespace shortlist {
namespace {

template <typename T>
T read_scalar(const KerasCheckpoint& from, size_t node, BundleDType dtype) {
  const BundleTensor& tensor = from.bundle.need(from.graph.nodes[node].variable()->key, dtype);
  if (tensor.bytes.size() != sizeof(T))
    throw data_error("{}: '{}' is not a single number", from.bundle.prefix(), tensor.key);
  T value;
  std::memcpy(&value, tensor.bytes.data(), sizeof value);
  return value;
}

std::optional<OptimizerState> read_optimizer(const KerasCheckpoint& from, const Parameters& parameters) {
  const auto steps = from.steps();
  if (!steps) return std::nullopt;
  OptimizerState optimizer;
  optimizer.steps = read_scalar<int64_t>(from, *steps, BundleDType::int64);
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

KerasImport import_keras(const std::string& path, const ModelSpec& spec, Parameters& parameters,
                         const KerasImportOptions& options) {
  if (is_hdf5(path)) return import_weights_h5(path, spec, parameters, options);
  const KerasCheckpoint from = KerasCheckpoint::open(path, spec, parameters);
  KerasImport imported{.structure = KerasStructure::of(from, parameters)};
  if (options.optimizer) imported.optimizer = read_optimizer(from, parameters);
  for (const MatchedVariable& m : from.matched) {
    const BundleTensor& tensor = from.variable(m.variable);
    std::memcpy(parameters.at(m.parameter).value.data, tensor.bytes.data(), tensor.bytes.size());
    imported.sources.push_back({parameters.name(m.parameter), tensor.key});
  }
  return imported;
}

}  // namespace shortlist
