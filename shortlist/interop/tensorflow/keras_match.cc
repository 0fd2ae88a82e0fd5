#include "shortlist/interop/tensorflow/keras_match.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "shortlist/base/error.h"
#include "shortlist/base/letter_case.h"

namespace shortlist {
namespace {

// A Shortlist node with parameters.
struct Wanted {
  std::string node, kind, feature;  // feature: for an embedding, in lower case
  std::vector<size_t> parameters;
};
using Group = std::vector<Wanted>;

// How well a group fits some layers; `problem` is empty for a complete match.
struct Fit {
  std::vector<MatchedVariable> matched;
  size_t layers = 0, named = 0;  // matching layers; those whose path has the feature's name
  size_t apart = 0;              // pairs of a node and its probable layer that do not match
  std::string problem;
};

struct Range {
  size_t begin = 0, end = 0;
  bool operator==(const Range&) const = default;
};

class Matcher {
 public:
  Matcher(const KerasLayers& keras, const ModelSpec& spec, const Parameters& parameters,
          const std::function<std::vector<int64_t>(size_t)>& shape, const std::string& where)
      : keras_(keras), spec_(spec), parameters_(parameters), shape_(shape), where_(where) {
    make_groups();
    for (const KerasObject& object : keras.objects) {
      const Range range{object.begin, object.end};
      if (std::ranges::find(ranges_, range) == ranges_.end()) ranges_.push_back(range);
    }
  }

  std::vector<MatchedVariable> match() const {
    std::optional<Fit> best;
    std::string ranking_problem;
    for (const Range& query : ranges_) {
      const Fit query_fit = fit(query_, layers_of(query));
      if (!query_fit.problem.empty()) continue;
      for (const Range& candidate : ranges_) {
        if (candidate.begin < query.end && query.begin < candidate.end) continue;
        const Fit candidate_fit = fit(candidate_, layers_of(candidate));
        if (!candidate_fit.problem.empty()) continue;
        Fit all = add(query_fit, candidate_fit);
        const Fit rest = fit(ranking_, layers_outside({query, candidate}));
        if (!rest.problem.empty() && ranking_problem.empty()) ranking_problem = rest.problem;
        if (!rest.problem.empty()) continue;
        all = add(all, rest);
        if (!best || all.named > best->named) best = all;
      }
    }
    if (!best) best = match_shared_embeddings();
    if (best) return best->matched;
    throw data_error("{}: {}", where_, ranking_problem.empty() ? tower_problem() : ranking_problem);
  }

 private:
  void make_groups() {
    for (size_t i = 0; i < spec_.nodes.size(); ++i) {
      const Node& node = spec_.nodes[i];
      Wanted wanted{node.name, std::string(node.layer->kind()), "", {}};
      if (node.inputs.empty()) wanted.feature = lower_case(node.name.substr(node.name.rfind('/') + 1));
      const auto numbers = parameters_.numbers_of(i);
      wanted.parameters.assign(numbers.begin(), numbers.end());
      if (wanted.parameters.empty()) continue;
      Group& group = node.row_set == kQueryRows       ? query_
                     : node.row_set == kCandidateRows ? candidate_
                                                      : ranking_;
      group.push_back(std::move(wanted));
    }
  }

  using Layers = std::vector<const KerasLayer*>;
  Layers layers_of(Range range) const {
    Layers layers;
    for (size_t i = range.begin; i < range.end; ++i) layers.push_back(&keras_.layers[i]);
    return layers;
  }
  Layers layers_outside(const std::vector<Range>& ranges) const {
    Layers layers;
    for (size_t i = 0; i < keras_.layers.size(); ++i) {
      if (std::ranges::none_of(ranges, [&](Range r) { return i >= r.begin && i < r.end; }))
        layers.push_back(&keras_.layers[i]);
    }
    return layers;
  }

  static Fit add(Fit a, const Fit& b) {
    a.matched.insert(a.matched.end(), b.matched.begin(), b.matched.end());
    a.layers += b.layers;
    a.named += b.named;
    a.apart += b.apart;
    return a;
  }

  std::string parameter_name(size_t parameter) const {
    const std::string& name = parameters_.name(parameter);
    return name.substr(name.rfind('/') + 1);
  }
  std::string needed_shape(size_t parameter) const {
    const ParameterSpec& spec = parameters_.at(parameter).spec;
    return spec.rows == 1 && parameter_name(parameter) != "kernel"
               ? fmt::format("[{}]", spec.cols)
               : fmt::format("[{}, {}]", spec.rows, spec.cols);
  }
  bool shape_fits(size_t parameter, const std::vector<int64_t>& shape) const {
    const ParameterSpec& spec = parameters_.at(parameter).spec;
    const auto rows = static_cast<int64_t>(spec.rows), cols = static_cast<int64_t>(spec.cols);
    if (shape.size() == 1) return rows == 1 && shape[0] == cols;
    return shape.size() == 2 && shape[0] == rows && shape[1] == cols;
  }

  // Describes the difference, or "" if the layer matches the node.
  std::string difference(const Wanted& wanted, const KerasLayer& layer) const {
    if (wanted.kind != layer.kind) {
      return fmt::format("node '{}' is of kind {}, but '{}' is of kind {}", wanted.node, wanted.kind,
                         layer.path, layer.kind);
    }
    for (const size_t parameter : wanted.parameters) {
      const size_t* variable = variable_of(layer, parameter);
      if (variable == nullptr)
        return fmt::format("node '{}' has a {}, but '{}' has none", wanted.node, parameter_name(parameter),
                           layer.path);
      const std::vector<int64_t> found = shape_(*variable);
      if (!shape_fits(parameter, found)) {
        return fmt::format("node '{}' needs {} {}, but '{}' has [{}]", wanted.node, parameter_name(parameter),
                           needed_shape(parameter), layer.path, fmt::join(found, ", "));
      }
    }
    if (layer.variables.size() == wanted.parameters.size()) return "";
    return fmt::format("node '{}' has no {}, but '{}' has one", wanted.node, layer.variables.back().first,
                       layer.path);
  }

  const size_t* variable_of(const KerasLayer& layer, size_t parameter) const {
    for (const auto& [name, node] : layer.variables) {
      if (name == parameter_name(parameter)) return &node;
    }
    return nullptr;
  }

  void take(const Wanted& wanted, const KerasLayer& layer, Fit& fit) const {
    for (const size_t parameter : wanted.parameters)
      fit.matched.push_back({parameter, *variable_of(layer, parameter)});
    ++fit.layers;
  }

  // Matches embeddings in any order, then the other layers in order.
  Fit fit(const Group& group, Layers layers) const {
    Fit fit;
    std::vector<const Wanted*> named, embeddings, others;
    for (const Wanted& wanted : group) (wanted.feature.empty() ? others : named).push_back(&wanted);
    std::ranges::stable_sort(named, std::ranges::greater(),
                             [](const Wanted* w) { return w->feature.size(); });
    for (const Wanted* wanted : named) {
      if (!take_embedding(*wanted, layers, true, fit)) embeddings.push_back(wanted);
    }
    std::ranges::sort(embeddings);  // restore the group's order
    std::erase_if(embeddings, [&](const Wanted* w) { return take_embedding(*w, layers, false, fit); });
    for (const Wanted* wanted : embeddings) set_apart(*wanted, layers, nearest(*wanted, layers), fit);
    for (const Wanted* wanted : others) take_next(*wanted, layers, fit);
    if (fit.problem.empty() && !layers.empty()) {
      fit.problem = fmt::format("the checkpoint's layer '{}' ({}) has no node in the config", layers[0]->path,
                                layers[0]->kind);
    }
    return fit;
  }

  // Takes the first layer. If the order is unreliable, takes the first that matches the node.
  void take_next(const Wanted& wanted, Layers& layers, Fit& fit) const {
    const auto is_kind = [&](const KerasLayer* layer) { return layer->kind == wanted.kind; };
    const auto is_node = [&](const KerasLayer* layer) { return difference(wanted, *layer).empty(); };
    auto layer = layers.begin();
    if (!keras_.in_order) {
      layer = std::ranges::find_if(layers, is_node);
      if (layer == layers.end()) layer = std::ranges::find_if(layers, is_kind);
    }
    if (layer == layers.end() || !is_node(*layer)) return set_apart(wanted, layers, layer, fit);
    take(wanted, **layer, fit);
    layers.erase(layer);
  }

  void set_apart(const Wanted& wanted, Layers& layers, Layers::iterator layer, Fit& fit) const {
    const bool none = layer == layers.end();
    if (fit.problem.empty())
      fit.problem =
          none ? fmt::format("node '{}' ({}) has no layer in the checkpoint", wanted.node, wanted.kind)
               : difference(wanted, **layer);
    if (none) return;
    ++fit.apart;
    layers.erase(layer);
  }

  bool take_embedding(const Wanted& wanted, Layers& layers, bool by_name, Fit& fit) const {
    for (auto layer = layers.begin(); layer != layers.end(); ++layer) {
      if (!difference(wanted, **layer).empty()) continue;
      if (by_name && lower_case((*layer)->path).find(wanted.feature) == std::string::npos) continue;
      take(wanted, **layer, fit);
      fit.named += by_name;
      layers.erase(layer);
      return true;
    }
    return false;
  }

  // Among the remaining embeddings, one with the feature's name, else one of the same width, else any.
  Layers::iterator nearest(const Wanted& wanted, Layers& layers) const {
    const auto cols = static_cast<int64_t>(parameters_.at(wanted.parameters[0]).spec.cols);
    const auto nearness = [&](const KerasLayer* layer) {
      if (layer->kind != "embedding") return 0;
      const std::vector<int64_t> shape = shape_(layer->variables[0].second);
      const bool named = lower_case(layer->path).find(wanted.feature) != std::string::npos;
      return named ? 3 : shape.size() == 2 && shape[1] == cols ? 2 : 1;
    };
    const auto found = std::ranges::max_element(layers, {}, nearness);
    return found == layers.end() || nearness(*found) == 0 ? layers.end() : found;
  }

  // Handles a model that has the embeddings of both towers in one object, and whose towers have no other
  // layers.
  std::optional<Fit> match_shared_embeddings() const {
    Group both = query_;
    both.insert(both.end(), candidate_.begin(), candidate_.end());
    if (std::ranges::any_of(both, [](const Wanted& w) { return w.feature.empty(); })) return std::nullopt;
    for (const Range& range : ranges_) {
      const Fit towers = fit(both, layers_of(range)), rest = fit(ranking_, layers_outside({range}));
      if (towers.problem.empty() && rest.problem.empty()) return add(towers, rest);
    }
    return std::nullopt;
  }

  // Why no objects match the towers: describes the unmatched tower with the fewest layers and nodes left
  // over.
  std::string tower_problem() const {
    if (keras_.layers.empty()) return "the object graph has no layers with weights";
    std::string problem = "no two objects of the checkpoint fit the query tower and the item tower";
    for (const Group* group : {&candidate_, &query_}) {
      const std::string closest = closest_problem(*group);
      if (!closest.empty()) problem = closest;
    }
    return problem;
  }

  // "" if the group fits somewhere.
  std::string closest_problem(const Group& group) const {
    std::optional<Fit> closest;
    size_t least = 0;
    for (const Range& range : ranges_) {
      const Fit found = fit(group, layers_of(range));
      if (found.problem.empty()) return "";
      const size_t left = range.end - range.begin + group.size() - 2 * found.layers - found.apart;
      const bool closer = !closest || left < least || (left == least && found.layers > closest->layers);
      if (!closer) continue;
      closest = found;
      least = left;
    }
    return closest->problem;
  }

  const KerasLayers& keras_;
  const ModelSpec& spec_;
  const Parameters& parameters_;
  const std::function<std::vector<int64_t>(size_t)>& shape_;
  const std::string& where_;
  Group query_, candidate_, ranking_;
  std::vector<Range> ranges_;
};

}  // namespace

std::vector<MatchedVariable> match_keras_layers(const KerasLayers& keras, const ModelSpec& spec,
                                                const Parameters& parameters,
                                                const std::function<std::vector<int64_t>(size_t)>& shape,
                                                const std::string& where) {
  std::vector<MatchedVariable> matched = Matcher(keras, spec, parameters, shape, where).match();
  std::ranges::sort(matched, {}, &MatchedVariable::parameter);
  return matched;
}

}  // namespace shortlist
