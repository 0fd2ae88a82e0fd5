#include "shortlist/interop/tensorflow/keras_checkpoint.h"

#include <map>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

// The first child with one of these names that is a variable.
std::optional<size_t> variable_child(const ObjectGraph& graph, const TrackedObject& node,
                                     std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const size_t* child = node.child(name);
    if (child != nullptr && graph.nodes[*child].variable() != nullptr) return *child;
  }
  return std::nullopt;
}

std::optional<size_t> steps_of(const ObjectGraph& graph, const TrackedObject& node) {
  return variable_child(graph, node, {"_iterations", "iter"});
}

const TrackedObject* find_optimizer(const ObjectGraph& graph) {
  for (const TrackedObject& node : graph.nodes) {
    if (steps_of(graph, node)) return &node;
  }
  return nullptr;
}

// Finds the slots of one optimizer.
class SlotFinder {
 public:
  SlotFinder(const KerasCheckpoint& checkpoint, const Parameters& parameters)
      : checkpoint_(checkpoint), parameters_(parameters) {
    for (const MatchedVariable& m : checkpoint.matched) {
      auto& [of, count] = by_full_name_[checkpoint.graph.nodes[m.variable].variable()->full_name];
      of = m.variable;
      ++count;
    }
  }

  std::vector<MatchedSlot> find(const TrackedObject& optimizer) {
    if (const size_t* list = optimizer.child("_variables")) {
      for (const auto& [index, node] : checkpoint_.graph.nodes[*list].children) add_listed(node);
    }
    for (const TrackedObject::Slot& slot : optimizer.slots) {
      add(slot.variable, slot.name == "momentum" ? "velocity" : slot.name, slot.node);
    }
    return std::move(found_);
  }

 private:
  // Keras 2.11 and later use full names "Adam/m/FULL NAME OF THE VARIABLE".
  void add_listed(size_t node) {
    const TrackedObject::Attribute* variable = checkpoint_.graph.nodes[node].variable();
    if (variable == nullptr) return;
    const std::string_view full = variable->full_name;
    const size_t first = full.find('/'), second = first == full.npos ? first : full.find('/', first + 1);
    if (second == full.npos) return;
    const auto of = by_full_name_.find(full.substr(second + 1));
    if (of == by_full_name_.end()) return;
    if (of->second.second > 1) {
      throw data_error("{}: two variables are named '{}': whose is '{}'?", checkpoint_.bundle.prefix(),
                       of->first, variable->key);
    }
    const std::string_view kind = full.substr(0, first), slot = full.substr(first + 1, second - first - 1);
    add(of->second.first, std::string(kind == "SGD" && slot == "m" ? "velocity" : slot), node);
  }

  void add(size_t variable, const std::string& name, size_t node) {
    for (const MatchedVariable& m : checkpoint_.matched) {
      if (m.variable != variable || checkpoint_.graph.nodes[node].variable() == nullptr) continue;
      const BundleTensor &values = checkpoint_.variable(node), &of = checkpoint_.variable(variable);
      if (values.shape != of.shape) {
        throw data_error("{}: '{}' is {}, but its variable '{}' {}", checkpoint_.bundle.prefix(), values.key,
                         describe_bundle_tensor(values.dtype, values.shape), of.key,
                         describe_bundle_tensor(of.dtype, of.shape));
      }
      found_.push_back({parameters_.name(m.parameter) + "/" + name, m.parameter, node});
    }
  }

  const KerasCheckpoint& checkpoint_;
  const Parameters& parameters_;
  std::map<std::string_view, std::pair<size_t, int>> by_full_name_;
  std::vector<MatchedSlot> found_;
};

}  // namespace

KerasCheckpoint KerasCheckpoint::open(const std::string& path, const ModelSpec& spec,
                                      const Parameters& parameters) {
  KerasCheckpoint opened{.bundle = TensorBundle::open(find_checkpoint(path))};
  const std::string& prefix = opened.bundle.prefix();
  const BundleTensor& graph = opened.bundle.need(kObjectGraphKey, BundleDType::string);
  if (graph.strings.size() != 1) throw data_error("{}: the object graph is not a single string", prefix);
  opened.graph = ObjectGraph::parse(graph.strings[0], fmt::format("{}: object graph", prefix));
  const auto shape = [&](size_t node) { return opened.variable(node).shape; };
  opened.matched = match_keras_layers(find_keras_layers(opened.graph), spec, parameters, shape, prefix);
  return opened;
}

const BundleTensor& KerasCheckpoint::variable(size_t node) const {
  const TrackedObject::Attribute* attribute = graph.nodes[node].variable();
  SHORTLIST_CHECK(attribute != nullptr);
  return bundle.need(attribute->key, BundleDType::float32);
}

std::optional<size_t> KerasCheckpoint::steps() const {
  const TrackedObject* optimizer = find_optimizer(graph);
  return optimizer == nullptr ? std::nullopt : steps_of(graph, *optimizer);
}

std::optional<size_t> KerasCheckpoint::learning_rate() const {
  const TrackedObject* optimizer = find_optimizer(graph);
  return optimizer == nullptr ? std::nullopt
                              : variable_child(graph, *optimizer, {"_learning_rate", "learning_rate"});
}

std::vector<MatchedSlot> KerasCheckpoint::slots(const Parameters& parameters) const {
  const TrackedObject* optimizer = find_optimizer(graph);
  if (optimizer == nullptr) return {};
  return SlotFinder(*this, parameters).find(*optimizer);
}

}  // namespace shortlist
