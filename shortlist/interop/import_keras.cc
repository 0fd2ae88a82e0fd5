#include "shortlist/interop/import_keras.h"

#include <cstring>
#include <map>

#include "shortlist/interop/keras_match.h"
#include "shortlist/interop/tensor_bundle.h"

namespace shortlist {
namespace {

void copy_floats(const BundleTensor& tensor, float* to) {
  std::memcpy(to, tensor.bytes.data(), tensor.bytes.size());
}

class Importer {
 public:
  Importer(const std::string& path, const ModelSpec& spec, Parameters& parameters)
      : bundle_(TensorBundle::open(find_checkpoint(path))), parameters_(parameters) {
    const BundleTensor& graph = bundle_.need(kObjectGraphKey, BundleDType::string);
    if (graph.strings.size() != 1) throw data_error("{}: the object graph is not one string", bundle_.prefix());
    graph_ = ObjectGraph::parse(graph.strings[0], fmt::format("{}: object graph", bundle_.prefix()));
    matched_ = match_keras_layers(
        find_keras_layers(graph_), spec, parameters, [&](size_t node) { return tensor(node).shape; }, bundle_.prefix());
  }

  ImportedWeights fill() {
    ImportedWeights weights;
    for (const MatchedVariable& m : matched_) {
      const BundleTensor& from = tensor(m.variable);
      copy_floats(from, parameters_.at(m.parameter).value.data);
      weights.sources.push_back({parameters_.name(m.parameter), from.key});
    }
    return weights;
  }

  ImportedOptimizer optimizer() const {
    ImportedOptimizer found;
    for (const TrackedObject& node : graph_.nodes) {
      const size_t* steps = first_child(node, {"_iterations", "iter"});
      if (steps == nullptr || graph_.nodes[*steps].variable() == nullptr) continue;
      const BundleTensor& count = bundle_.need(graph_.nodes[*steps].variable()->key, BundleDType::int64);
      if (count.bytes.size() != sizeof found.steps) throw data_error("{}: '{}' is not one number", bundle_.prefix(), count.key);
      std::memcpy(&found.steps, count.bytes.data(), sizeof found.steps);
      if (const size_t* rate = first_child(node, {"_learning_rate", "learning_rate"})) read_rate(*rate, found);
      if (const size_t* list = node.child("_variables")) add_listed(graph_.nodes[*list], found);
      for (const TrackedObject::Slot& slot : node.slots) add_slot(slot.variable, slot.name, slot.node, found);
      break;
    }
    return found;
  }

 private:
  static const size_t* first_child(const TrackedObject& node, std::initializer_list<const char*> names) {
    for (const char* name : names) {
      if (const size_t* child = node.child(name)) return child;
    }
    return nullptr;
  }

  const BundleTensor& tensor(size_t node) const {
    const TrackedObject::Attribute* variable = graph_.nodes[node].variable();
    return bundle_.need(variable->key, BundleDType::float32);
  }

  void read_rate(size_t node, ImportedOptimizer& found) const {
    if (graph_.nodes[node].variable() == nullptr) return;  // a schedule
    const BundleTensor& rate = tensor(node);
    float value = 0;
    if (rate.bytes.size() != sizeof value) throw data_error("{}: '{}' is not one number", bundle_.prefix(), rate.key);
    copy_floats(rate, &value);
    found.learning_rate = value;
  }

  // Keras 2.11 and later: a list of variables whose full names are "Adam/m/FULL NAME OF THE VARIABLE".
  void add_listed(const TrackedObject& list, ImportedOptimizer& found) const {
    std::map<std::string_view, size_t> by_name;
    std::map<std::string_view, int> count;
    for (const MatchedVariable& m : matched_) {
      const std::string& name = graph_.nodes[m.variable].variable()->full_name;
      by_name[name] = m.variable;
      ++count[name];
    }
    for (const auto& [index, node] : list.children) {
      const TrackedObject::Attribute* variable = graph_.nodes[node].variable();
      if (variable == nullptr) continue;
      const std::string_view full = variable->full_name;
      const size_t first = full.find('/'), second = first == full.npos ? first : full.find('/', first + 1);
      if (second == full.npos) continue;
      const auto of = by_name.find(full.substr(second + 1));
      if (of == by_name.end()) continue;
      if (count[of->first] > 1)
        throw data_error("{}: two variables are named '{}': whose is '{}'?", bundle_.prefix(), of->first, variable->key);
      add_slot(of->second, slot_name(full.substr(0, first), full.substr(first + 1, second - first - 1)), node, found);
    }
  }

  static std::string slot_name(std::string_view optimizer, std::string_view slot) {
    return std::string(optimizer == "SGD" && slot == "m" ? "velocity" : slot);
  }

  void add_slot(size_t variable, std::string name, size_t node, ImportedOptimizer& found) const {
    if (name == "momentum") name = "velocity";
    for (const MatchedVariable& m : matched_) {
      if (m.variable != variable || graph_.nodes[node].variable() == nullptr) continue;
      const BundleTensor &values = tensor(node), &of = tensor(variable);
      if (values.shape != of.shape) {
        throw data_error("{}: '{}' is {}, but its variable '{}' {}", bundle_.prefix(), values.key,
                         describe_bundle_tensor(values.dtype, values.shape), of.key,
                         describe_bundle_tensor(of.dtype, of.shape));
      }
      const ParameterSpec& spec = parameters_.at(m.parameter).spec;
      ImportedOptimizer::Slot& slot = found.slots.emplace_back();
      slot = {parameters_.name(m.parameter) + "/" + name, spec.rows, spec.cols, Buffer(spec.rows, spec.cols)};
      copy_floats(values, slot.values.data());
    }
  }

  TensorBundle bundle_;
  Parameters& parameters_;
  ObjectGraph graph_;
  std::vector<MatchedVariable> matched_;
};

}  // namespace

ImportedWeights import_tensorflow(const std::string& checkpoint, const ModelSpec& spec, Parameters& parameters,
                                  ImportedOptimizer* optimizer) {
  Importer importer(checkpoint, spec, parameters);
  if (optimizer != nullptr) *optimizer = importer.optimizer();
  return importer.fill();
}

void restore_optimizer(const ImportedOptimizer& imported, Optimizer& optimizer) {
  for (const Optimizer::Slot& slot : optimizer.slots()) {
    if (imported.steps == 0) break;
    const ImportedOptimizer::Slot* from = nullptr;
    for (const ImportedOptimizer::Slot& s : imported.slots) {
      if (s.name == slot.name) from = &s;
    }
    if (from == nullptr)
      throw data_error("the checkpoint's optimizer has no '{}': it is another kind than the config's", slot.name);
    SHORTLIST_CHECK(from->rows == slot.values.rows && from->cols == slot.values.cols);
    std::memcpy(slot.values.data, from->values.data(), from->values.size() * sizeof(float));
  }
  optimizer.steps = imported.steps;
  optimizer.restored();
}

}  // namespace shortlist
