#include "shortlist/interop/tensorflow/keras_layers.h"

#include <optional>

namespace shortlist {
namespace {

struct LayerPattern {
  const char* kind;
  // Shortlist's name, and the path from the layer's node to its variable.
  std::vector<std::pair<const char*, std::vector<std::string_view>>> needed, optional;
};

const std::vector<LayerPattern>& patterns() {
  static const std::vector<LayerPattern> all = {
      {"cross",
       {{"kernel_u", {"_dense_u", "kernel"}}, {"kernel_v", {"_dense_v", "kernel"}}},
       {{"bias", {"_dense_v", "bias"}}}},
      {"cross", {{"kernel", {"_dense", "kernel"}}}, {{"bias", {"_dense", "bias"}}}},
      {"embedding", {{"embeddings", {"embeddings"}}}, {}},
      {"batch_norm",
       {{"gamma", {"gamma"}},
        {"beta", {"beta"}},
        {"moving_mean", {"moving_mean"}},
        {"moving_variance", {"moving_variance"}}},
       {}},
      {"dense", {{"kernel", {"kernel"}}}, {{"bias", {"bias"}}}},
  };
  return all;
}

// The variable at the end of the path.
std::optional<size_t> walk(const ObjectGraph& graph, size_t node, const std::vector<std::string_view>& path) {
  for (const std::string_view name : path) {
    const size_t* child = graph.nodes[node].child(name);
    if (child == nullptr) return std::nullopt;
    node = *child;
  }
  return graph.nodes[node].variable() != nullptr ? std::optional(node) : std::nullopt;
}

bool has_variable(const ObjectGraph& graph, size_t node, std::string_view name) {
  return walk(graph, node, {name}).has_value();
}

// Returns false if the node is not a layer with weights.
bool match_layer(const ObjectGraph& graph, size_t node, KerasLayer& layer) {
  for (const LayerPattern& pattern : patterns()) {
    layer.variables.clear();
    for (const auto& [name, path] : pattern.needed) {
      if (const auto found = walk(graph, node, path)) layer.variables.emplace_back(name, *found);
    }
    if (layer.variables.size() < pattern.needed.size()) continue;
    for (const auto& [name, path] : pattern.optional) {
      if (const auto found = walk(graph, node, path)) layer.variables.emplace_back(name, *found);
    }
    layer.kind = has_variable(graph, node, "recurrent_kernel") ? "unknown" : pattern.kind;
    return true;
  }
  layer.variables.clear();
  layer.kind = "unknown";
  return has_variable(graph, node, "gamma") || has_variable(graph, node, "beta");
}

// The graph may be as deep as it has nodes, so the walk uses an explicit stack.
class Walk {
 public:
  explicit Walk(const ObjectGraph& graph) : graph_(graph), seen_(graph.nodes.size()) {}

  KerasLayers run() {
    enter(0, "");
    while (!open_.empty()) {
      Open& top = open_.back();
      const auto& children = graph_.nodes[top.node].children;
      if (top.next == children.size()) {
        found_.objects[top.object].end = found_.layers.size();
        open_.pop_back();
        continue;
      }
      const auto& [name, child] = children[top.next++];
      if (!seen_[child]) enter(child, top.path.empty() ? name : top.path + "/" + name);
    }
    std::erase_if(found_.objects, [](const KerasObject& object) { return object.begin == object.end; });
    return std::move(found_);
  }

 private:
  struct Open {
    size_t node, object, next;
    std::string path;
  };

  void enter(size_t node, std::string path) {
    seen_[node] = 1;
    const size_t begin = found_.layers.size();
    KerasLayer layer{.path = path};
    if (match_layer(graph_, node, layer)) {
      found_.layers.push_back(std::move(layer));
      found_.objects.push_back({path, begin, begin + 1});
      return;
    }
    found_.objects.push_back({path, begin, begin});
    open_.push_back({node, found_.objects.size() - 1, 0, std::move(path)});
  }

  const ObjectGraph& graph_;
  std::vector<uint8_t> seen_;
  std::vector<Open> open_;
  KerasLayers found_;
};

}  // namespace

KerasLayers find_keras_layers(const ObjectGraph& graph) { return Walk(graph).run(); }

}  // namespace shortlist
