#include "shortlist/interop/tensorflow/keras_names.h"

#include <algorithm>
#include <map>

#include "shortlist/base/error.h"
#include "shortlist/base/letter_case.h"

namespace shortlist {
namespace {

class StructureBuilder {
 public:
  StructureBuilder(const ModelSpec& spec, const Parameters& parameters, const KerasNames& names)
      : spec_(spec), parameters_(parameters), names_(names), root_(add_node()) {
    if (spec.rankings.size() > 1)
      throw usage_error(
          "this model has {} ranking tasks; export it with --like, a checkpoint of the Keras model",
          spec.rankings.size());
  }

  KerasStructure build() {
    add_tower(names_.query, kQueryRows);
    add_tower(names_.item, kCandidateRows);
    add_ranking();
    return std::move(made_);
  }

 private:
  size_t add_node() {
    made_.graph.nodes.emplace_back();
    paths_.emplace_back();
    return made_.graph.nodes.size() - 1;
  }
  // The first link to a node sets its path.
  void link(size_t parent, const std::string& name, size_t node) {
    made_.graph.nodes[parent].children.emplace_back(name, node);
    if (paths_[node].empty()) paths_[node] = paths_[parent].empty() ? name : paths_[parent] + "/" + name;
  }
  size_t add_object(size_t parent, const std::string& name) {
    const size_t node = add_node();
    link(parent, name, node);
    return node;
  }
  void add_variable(size_t parent, const std::string& name, const std::string& parameter) {
    const size_t node = add_object(parent, name);
    const std::string key = paths_[node] + "/.ATTRIBUTES/VARIABLE_VALUE";
    made_.graph.nodes[node].attributes.push_back({"VARIABLE_VALUE", parameter, key});
    made_.hold(node, parameter);
  }

  // Adds a layer of a Sequential under its two names, "layer_with_weights-0" and "layer-0".
  size_t add_layer(size_t sequential, int& weighted, int& place, bool has_weights) {
    const size_t node = add_node();
    if (has_weights) link(sequential, fmt::format("layer_with_weights-{}", weighted++), node);
    link(sequential, fmt::format("layer-{}", place++), node);
    return node;
  }

  void add_parameters(size_t object, size_t node) {
    const std::span<const size_t> numbers = parameters_.numbers_of(node);
    const bool cross = spec_.nodes[node].layer->kind() == "cross";
    std::map<std::string, size_t> inner;  // the dense layers of a cross
    for (size_t p : numbers) {
      const ParameterState& state = parameters_.at(p);
      std::string name = state.spec.name;
      size_t holder = object;
      if (cross) {
        const bool low = parameters_.at(numbers[0]).spec.name == "kernel_u";
        const std::string dense = name == "kernel_u" ? "_dense_u" : low ? "_dense_v" : "_dense";
        if (!inner.contains(dense)) inner[dense] = add_object(object, dense);
        holder = inner[dense];
        if (name.starts_with("kernel")) name = "kernel";
      }
      add_variable(holder, name, parameters_.name(p));
    }
  }

  void add_feature(size_t model, const KerasNames::Feature& feature, int row_set) {
    for (size_t i = 0; i < spec_.nodes.size(); ++i) {
      const Node& node = spec_.nodes[i];
      const bool is_it = node.row_set == row_set && node.inputs.empty() &&
                         node.name.substr(node.name.find('/') + 1) == feature.feature;
      if (!is_it || parameters_.of(i).empty()) continue;
      int weighted = 0, place = 0;
      const size_t sequential = add_object(model, feature.attribute);
      add_layer(sequential, weighted, place, feature.text);
      add_parameters(add_layer(sequential, weighted, place, true), i);
      if (feature.text) add_layer(sequential, weighted, place, false);
    }
  }

  void add_tower(const std::string& name, int row_set) {
    int weighted = 0, place = 0;
    const size_t tower = add_object(root_, name);
    const size_t model = add_layer(tower, weighted, place, true);
    for (const KerasNames::Feature& feature : names_.features) add_feature(model, feature, row_set);
    for (size_t i = 0; i < spec_.nodes.size(); ++i) {
      const Node& node = spec_.nodes[i];
      if (node.row_set != row_set || node.inputs.empty() || node.layer->kind() == "concat") continue;
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
      if (node.row_set != kPairRows || !node.name.starts_with("ranking/")) continue;
      if (static_cast<int>(i) == spec_.rankings[0].node) {
        add_parameters(add_object(root_, names_.prediction), i);
      } else if (node.layer->kind() == "cross" && deep == 0 && !has_cross_) {
        add_parameters(add_object(root_, names_.cross), i);
        has_cross_ = true;
      } else if (node.layer->kind() == "cross") {
        throw usage_error(
            "node '{}' is a second cross; export the model with --like, a checkpoint of the Keras model",
            node.name);
      } else {
        if (deep == 0) deep = add_object(root_, names_.deep);
        add_parameters(add_object(deep, std::to_string(place++)), i);
      }
    }
  }

  const ModelSpec& spec_;
  const Parameters& parameters_;
  const KerasNames& names_;
  KerasStructure made_;
  std::vector<std::string> paths_;  // for each node
  size_t root_;
  bool has_cross_ = false;
};

}  // namespace

KerasNames default_keras_names(const std::vector<FeatureConfig>& features) {
  KerasNames names;
  for (const FeatureConfig& feature : features) {
    if (std::ranges::find(names.features, feature.name, &KerasNames::Feature::feature) !=
        names.features.end())
      continue;
    const bool text = feature.settings->kind() == "text";
    names.features.push_back(
        {feature.name, lower_case(feature.name) + (text ? "_text_embedding" : "_embedding"), text});
  }
  return names;
}

KerasStructure structure_from_names(const ModelSpec& spec, const Parameters& parameters,
                                    const KerasNames& names) {
  return StructureBuilder(spec, parameters, names).build();
}

}  // namespace shortlist
