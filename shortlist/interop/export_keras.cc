#include "shortlist/interop/export_keras.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>

#include "shortlist/interop/keras_checkpoint.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;

std::string lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

template <typename T>
Bytes bytes_of_values(const T* values, size_t count) {
  return std::as_bytes(std::span(values, count));
}

void write_checkpoint(const std::string& prefix, std::vector<BundleTensor> tensors) {
  const fs::path path(prefix);
  if (!path.parent_path().empty()) make_directories(path.parent_path());
  write_tensor_bundle(prefix, std::move(tensors));
  const std::string name = path.filename().empty() ? "." : path.filename().string();
  write_file_atomically(
      (path.parent_path() / "checkpoint").string(),
      fmt::format("model_checkpoint_path: \"{0}\"\nall_model_checkpoint_paths: \"{0}\"\n", name));
}

// Makes objects with variables, and the tensors that go with them.
class GraphBuilder {
 public:
  size_t add_object(size_t parent, const std::string& name) {
    const size_t node = add_node();
    link(parent, name, node);
    return node;
  }
  size_t add_node() {
    graph_.nodes.emplace_back();
    paths_.emplace_back();
    return graph_.nodes.size() - 1;
  }
  // The first link gives a node's path.
  void link(size_t parent, const std::string& name, size_t node) {
    graph_.nodes[parent].children.emplace_back(name, node);
    if (paths_[node].empty()) paths_[node] = paths_[parent].empty() ? name : paths_[parent] + "/" + name;
  }
  // `values` must outlive finish().
  size_t add_variable(size_t parent, const std::string& name, const std::string& full_name, BundleDType dtype,
                      std::vector<int64_t> shape, Bytes values) {
    const size_t node = add_object(parent, name);
    const std::string key = paths_[node] + "/.ATTRIBUTES/VARIABLE_VALUE";
    graph_.nodes[node].attributes.push_back({"VARIABLE_VALUE", full_name, key});
    tensors_.push_back({.key = key, .dtype = dtype, .shape = std::move(shape), .bytes = values});
    return node;
  }
  std::vector<BundleTensor> finish() {
    BundleTensor graph{.key = std::string(kObjectGraphKey), .dtype = BundleDType::string};
    graph.strings = {graph_.serialize()};
    tensors_.push_back(std::move(graph));
    return std::move(tensors_);
  }

 private:
  ObjectGraph graph_;
  std::vector<std::string> paths_;
  std::vector<BundleTensor> tensors_;
};

const char* slot_list(std::string_view slot) {
  return slot == "m"          ? "_momentums"
         : slot == "v"        ? "_velocities"
         : slot == "velocity" ? "momentums"
                              : "_accumulators";
}

class Exporter {
 public:
  Exporter(const ModelSpec& spec, const Parameters& parameters, const KerasNames& names)
      : spec_(spec), parameters_(parameters), names_(names), root_(graph_.add_node()) {
    if (spec.rankings.size() > 1)
      throw usage_error("this model has {} ranking tasks; write it like a checkpoint of the Keras model",
                        spec.rankings.size());
  }

  std::vector<BundleTensor> build(const ExportedOptimizer& optimizer) {
    add_tower(names_.query, Domain::query);
    add_tower(names_.candidate, Domain::candidate);
    add_ranking();
    if (optimizer.optimizer != nullptr) add_optimizer(optimizer);
    return graph_.finish();
  }

  // What add_optimizer() points at.
  int64_t steps = 0;
  float learning_rate = 0;

 private:
  size_t first_parameter(size_t node) const {
    size_t first = 0;
    for (size_t i = 0; i < node; ++i) first += parameters_.of(i).size();
    return first;
  }

  // One layer of a Sequential: "layer_with_weights-0" and "layer-0".
  size_t add_layer(size_t sequential, int& weighted, int& place, bool has_weights) {
    const size_t node = graph_.add_node();
    if (has_weights) graph_.link(sequential, fmt::format("layer_with_weights-{}", weighted++), node);
    graph_.link(sequential, fmt::format("layer-{}", place++), node);
    return node;
  }

  void add_parameters(size_t object, size_t node) {
    const size_t first = first_parameter(node);
    const bool cross = spec_.nodes[node].layer->kind() == "cross";
    std::map<std::string, size_t> inner;  // of a cross: its dense layers
    for (size_t p = first; p < first + parameters_.of(node).size(); ++p) {
      const ParameterState& state = parameters_.at(p);
      std::string name = state.spec.name;
      size_t holder = object;
      if (cross) {
        const bool low = parameters_.at(first).spec.name == "kernel_u";
        const std::string dense = name == "kernel_u" ? "_dense_u" : low ? "_dense_v" : "_dense";
        if (!inner.contains(dense)) inner[dense] = graph_.add_object(object, dense);
        holder = inner[dense];
        if (name.starts_with("kernel")) name = "kernel";
      }
      const bool matrix = name == "kernel" || name == "embeddings";
      std::vector<int64_t> shape = {static_cast<int64_t>(state.spec.rows),
                                    static_cast<int64_t>(state.spec.cols)};
      if (!matrix) shape.erase(shape.begin());
      graph_.add_variable(holder, name, parameters_.name(p), BundleDType::float32, shape,
                          bytes_of_values(state.value.data, state.spec.rows * state.spec.cols));
      if (state.spec.trainable) trained_.push_back(p);
    }
  }

  void add_feature(size_t model, const KerasNames::Feature& feature, Domain domain) {
    for (size_t i = 0; i < spec_.nodes.size(); ++i) {
      const Node& node = spec_.nodes[i];
      if (node.domain != domain || !node.name.ends_with("/" + feature.feature) || parameters_.of(i).empty())
        continue;
      int weighted = 0, place = 0;
      const size_t sequential = graph_.add_object(model, feature.attribute);
      add_layer(sequential, weighted, place, feature.text);
      add_parameters(add_layer(sequential, weighted, place, true), i);
      if (feature.text) add_layer(sequential, weighted, place, false);
    }
  }

  void add_tower(const std::string& name, Domain domain) {
    int weighted = 0, place = 0;
    const size_t tower = graph_.add_object(root_, name);
    const size_t model = add_layer(tower, weighted, place, true);
    for (const KerasNames::Feature& feature : names_.features) add_feature(model, feature, domain);
    for (size_t i = 0; i < spec_.nodes.size(); ++i) {
      const Node& node = spec_.nodes[i];
      if (node.domain != domain || node.inputs.empty() || node.layer->kind() == "concat") continue;
      const size_t layer = add_layer(tower, weighted, place, !parameters_.of(i).empty());
      add_parameters(layer, i);
    }
  }

  void add_ranking() {
    if (spec_.rankings.empty()) return;
    size_t deep = 0;
    int place = 0;
    for (size_t i = 0; i < spec_.nodes.size(); ++i) {
      const Node& node = spec_.nodes[i];
      if (node.domain != Domain::pair || !node.name.starts_with("ranking/")) continue;
      if (static_cast<int>(i) == spec_.rankings[0]) {
        add_parameters(graph_.add_object(root_, names_.prediction), i);
      } else if (node.layer->kind() == "cross" && deep == 0 && !has_cross_) {
        add_parameters(graph_.add_object(root_, names_.cross), i);
        has_cross_ = true;
      } else if (node.layer->kind() == "cross") {
        throw usage_error("node '{}' is a second cross; write the model like a checkpoint of the Keras model",
                          node.name);
      } else {
        if (deep == 0) deep = graph_.add_object(root_, names_.deep);
        add_parameters(graph_.add_object(deep, std::to_string(place++)), i);
      }
    }
  }

  void add_optimizer(const ExportedOptimizer& from) {
    steps = from.optimizer->steps;
    learning_rate = static_cast<float>(from.learning_rate);
    const size_t optimizer = graph_.add_object(root_, "optimizer");
    const size_t iterations = graph_.add_variable(optimizer, "_iterations", "iteration", BundleDType::int64,
                                                  {}, bytes_of_values(&steps, 1));
    graph_.add_variable(optimizer, "_learning_rate", "learning_rate", BundleDType::float32, {},
                        bytes_of_values(&learning_rate, 1));
    const size_t all = graph_.add_object(optimizer, "_variables");
    graph_.link(all, "0", iterations);
    int index = 1;
    std::map<std::string, std::pair<size_t, int>> lists;
    const std::vector<Optimizer::Slot> slots = from.optimizer->slots();
    for (const size_t p : trained_) {
      const std::string before = parameters_.name(p) + "/";
      for (const Optimizer::Slot& slot : slots) {
        if (!slot.name.starts_with(before) || slot.name.find('/', before.size()) != slot.name.npos) continue;
        const std::string name = slot.name.substr(before.size());
        if (!lists.contains(name)) lists[name] = {graph_.add_object(optimizer, slot_list(name)), 0};
        const ParameterSpec& spec = parameters_.at(p).spec;
        std::vector<int64_t> shape = {static_cast<int64_t>(spec.rows), static_cast<int64_t>(spec.cols)};
        if (!spec.name.starts_with("kernel") && spec.name != "embeddings") shape.erase(shape.begin());
        const size_t node = graph_.add_variable(
            all, std::to_string(index++), fmt::format("{}/{}", slot_owner(name), parameters_.name(p)),
            BundleDType::float32, shape, bytes_of_values(slot.values.data, spec.rows * spec.cols));
        graph_.link(lists[name].first, std::to_string(lists[name].second++), node);
      }
    }
  }

  static std::string slot_owner(const std::string& slot) {
    return slot == "velocity" ? "SGD/m" : slot == "accumulator" ? "Adagrad/accumulator" : "Adam/" + slot;
  }

  const ModelSpec& spec_;
  const Parameters& parameters_;
  const KerasNames& names_;
  GraphBuilder graph_;
  size_t root_;
  bool has_cross_ = false;
  std::vector<size_t> trained_;  // in the order of the graph
};

}  // namespace

KerasNames default_keras_names(const Config& config) {
  KerasNames names;
  for (const TowerConfig* tower :
       {static_cast<const TowerConfig*>(&config.query), static_cast<const TowerConfig*>(&config.candidate)}) {
    for (const std::string& name : tower->features) {
      const bool text = config.feature(name).settings->kind() == "text";
      names.features.push_back({name, lower_case(name) + (text ? "_text_embedding" : "_embedding"), text});
    }
  }
  return names;
}

void export_tensorflow(const std::string& prefix, const ModelSpec& spec, const Parameters& parameters,
                       const KerasNames& names, const ExportedOptimizer& optimizer) {
  Exporter exporter(spec, parameters, names);
  write_checkpoint(prefix, exporter.build(optimizer));
}

void export_tensorflow_like(const std::string& like, const std::string& prefix, const ModelSpec& spec,
                            const Parameters& parameters, const ExportedOptimizer& optimizer) {
  const KerasCheckpoint from = KerasCheckpoint::open(like, spec, parameters);
  std::map<std::string_view, Bytes> values;
  const auto put = [&](size_t node, Bytes bytes) { values[from.graph.nodes[node].variable()->key] = bytes; };
  for (const MatchedVariable& m : from.matched) {
    const Matrix& value = parameters.at(m.parameter).value;
    put(m.variable, bytes_of_values(value.data, value.rows * value.cols));
  }
  int64_t steps = 0;
  const auto rate = static_cast<float>(optimizer.learning_rate);
  if (optimizer.optimizer != nullptr) {
    steps = optimizer.optimizer->steps;
    const std::vector<MatchedSlot> theirs = from.slots(parameters);
    for (const Optimizer::Slot& slot : optimizer.optimizer->slots()) {
      const auto found = std::ranges::find(theirs, slot.name, &MatchedSlot::name);
      if (found != theirs.end())
        put(found->variable, bytes_of_values(slot.values.data, slot.values.rows * slot.values.cols));
    }
    if (const auto node = from.steps(); node && !theirs.empty()) put(*node, bytes_of_values(&steps, 1));
    if (const auto node = from.learning_rate()) put(*node, bytes_of_values(&rate, 1));
  }
  std::vector<BundleTensor> tensors = from.bundle.tensors();
  for (BundleTensor& tensor : tensors) {
    if (tensor.sliced)
      throw data_error("{}: '{}' is saved in slices; save it as one variable", like, tensor.key);
    const auto found = values.find(tensor.key);
    if (found == values.end()) continue;
    SHORTLIST_CHECK(found->second.size() == tensor.bytes.size());
    tensor.bytes = found->second;
  }
  write_checkpoint(prefix, std::move(tensors));
}

}  // namespace shortlist
