#include "shortlist/interop/onnx/export_onnx.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "shortlist/interop/onnx/onnx_features.h"
#include "shortlist/interop/onnx/onnx_layers.h"
#include "shortlist/io/file.h"
#include "shortlist/io/json.h"

namespace shortlist {
namespace {

using nlohmann::json;

constexpr const char* kRows = "rows";

struct OnnxModel {
  explicit OnnxModel(std::string model_name) : name(std::move(model_name)), graph(name) {}
  std::string name;
  OnnxGraph graph;
  json inputs = json::array(), outputs = json::array();
};

// Adds nodes of a spec to a model in dependency order.
class Builder {
 public:
  // `features` are those of the tower, or null for a model without input layers.
  Builder(OnnxModel& model, const ModelSpec& spec, const Parameters& parameters, const FeatureMap* features)
      : model_(model), spec_(spec), parameters_(parameters), features_(features) {}

  // Sets the output of a node to an existing value of the graph.
  void feed(int node, std::string value) { values_[node] = std::move(value); }

  const std::string& value(int at) {
    const auto found = values_.find(at);
    if (found != values_.end()) return found->second;
    const Node& node = spec_.at(at);
    std::vector<std::string> inputs;
    for (const int input : node.inputs) inputs.push_back(value(input));
    return values_[at] = node.feature >= 0 ? add_feature(at)
                                           : add_onnx_layer(model_.graph, node,
                                                            parameters_.of(static_cast<size_t>(at)), inputs);
  }

 private:
  std::string add_feature(int at) {
    const Node& node = spec_.at(at);
    if (features_ == nullptr) {
      throw usage_error(
          "node '{}': in ONNX, a ranking can read the towers' outputs, but not nodes inside the towers",
          node.name);
    }
    const bool is_new = !added_.contains(node.feature);
    if (is_new) {
      added_[node.feature] = add_onnx_feature(model_.graph, (*features_)[static_cast<size_t>(node.feature)]);
      model_.inputs.push_back(added_[node.feature].input);
    }
    const OnnxFeature& feature = added_[node.feature];
    const auto parameters = parameters_.of(static_cast<size_t>(at));
    if (parameters.empty()) return feature.value;
    return add_onnx_embedding(model_.graph, node, *parameters[0], feature.value, feature.bags);
  }

  OnnxModel& model_;
  const ModelSpec& spec_;
  const Parameters& parameters_;
  const FeatureMap* features_;
  std::map<int, std::string> values_;
  std::map<int, OnnxFeature> added_;  // the features that nodes have read
};

void add_output(OnnxModel& model, const std::string& name, const OnnxShape& shape, const json& json_shape,
                const std::string& value) {
  model.graph.output(name, OnnxType::float32, shape, value);
  model.outputs.push_back({{"name", name}, {"type", "float32"}, {"shape", json_shape}});
}

// `ranked` is what the ranking model reads, if that is not the output; else -1.
OnnxModel tower(const char* name, int output, int ranked, const ModelSpec& spec, const Parameters& parameters,
                const FeatureMap& features) {
  OnnxModel model(name);
  Builder builder(model, spec, parameters, &features);
  const int64_t width = spec.at(output).width;
  add_output(model, "embedding", {kRows, width}, {kRows, width}, builder.value(output));
  if (ranked >= 0) {
    const int64_t ranked_width = spec.at(ranked).width;
    add_output(model, "ranked", {kRows, ranked_width}, {kRows, ranked_width}, builder.value(ranked));
  }
  return model;
}

OnnxModel ranking(const OnnxSource& source) {
  const ModelSpec& spec = source.spec;
  OnnxModel model("ranking");
  Builder builder(model, spec, source.parameters, nullptr);
  const std::pair<const char*, int> towers[] = {{"query", spec.ranking_query()},
                                                {"item", spec.ranking_candidate()}};
  for (const auto& [name, node] : towers) {
    const int64_t width = spec.at(node).width;
    builder.feed(node, model.graph.input(name, OnnxType::float32, {kRows, width}));
    model.inputs.push_back({{"name", name}, {"type", "float32"}, {"shape", {kRows, width}}});
  }
  for (size_t i = 0; i < spec.rankings.size(); ++i) {
    std::string value = builder.value(spec.rankings[i].node);
    const std::string name = "predicted_" + source.labels[i].name;
    model.graph.enter(name);
    if (const int64_t classes = spec.at(spec.rankings[i].node).width; classes > 1) {
      add_output(model, "probabilities_" + source.labels[i].name, {kRows, classes}, {kRows, classes},
                 model.graph.add("Softmax", {value}, {{"axis", int64_t{1}}}));
      const std::string best =
          model.graph.add("ArgMax", {value}, {{"axis", int64_t{1}}, {"keepdims", int64_t{0}}});
      add_output(model, name, {kRows}, {kRows}, model.graph.cast(best, OnnxType::float32));
      continue;
    }
    value = model.graph.add("Squeeze", {value, model.graph.axes({1})});
    if (source.labels[i].is_probability) value = model.graph.add("Sigmoid", {value});
    const LabelScale scale = spec.rankings[i].scale;
    if (scale != LabelScale()) {
      value = model.graph.add("Mul", {value, model.graph.scalar(static_cast<float>(scale.deviation))});
      value = model.graph.add("Add", {value, model.graph.scalar(static_cast<float>(scale.mean))});
    }
    add_output(model, name, {kRows}, {kRows}, value);
  }
  return model;
}

}  // namespace

void export_onnx(const std::string& folder, const OnnxSource& source) {
  const auto& [query, item, spec, parameters, labels] = source;
  for (const HistorySet& history : spec.histories)
    throw usage_error(
        "feature '{}': layers along a history cannot be exported to ONNX; a history without layers can",
        query[static_cast<size_t>(history.feature)].name);
  if (!spec.slots.empty()) throw usage_error("target_attention of a ranking cannot be exported to ONNX");
  std::vector<OnnxModel> models;
  models.push_back(tower("query", spec.query, spec.ranked_query, spec, parameters, query));
  models.push_back(tower("item", spec.candidate, spec.ranked_candidate, spec, parameters, item));
  if (!spec.rankings.empty()) models.push_back(ranking(source));
  make_directories(folder);
  json described = json::object();
  for (const OnnxModel& model : models) {
    const std::string file = model.name + ".onnx";
    model.graph.write(folder + "/" + file);
    described[model.name] = {{"file", file}, {"inputs", model.inputs}, {"outputs", model.outputs}};
  }
  write_file_atomically(folder + "/inputs.json", dump_json(described));
}

}  // namespace shortlist
