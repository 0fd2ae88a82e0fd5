#include "shortlist/config/build.h"

#include "shortlist/config/build_rankings.h"
#include "shortlist/config/layer_chain.h"
#include "shortlist/layers/combine.h"
#include "shortlist/layers/embedding.h"
#include "shortlist/layers/ones.h"

namespace shortlist {
namespace {

LayerPtr input_layer(const FeatureConfig& feature, const FeatureShape& shape, const std::string& file) {
  if (shape.ids == 0) {
    auto numbers = std::make_shared<Numbers>();
    numbers->width = shape.width;
    return numbers;
  }
  auto embedding = std::make_shared<Embedding>();
  read_fields(feature.embedding, *embedding, {file, "features." + feature.name});
  embedding->ids = shape.ids;
  return embedding;
}

struct Tower {
  int output = -1;
  TowerInputs inputs;
};

// The bias of a tower's rows: the sum of one number for each id of the features, and a linear function of
// those with numbers. All begin at zero.
int build_bias(LayerChain& chain, const ModelSpec& spec, const std::vector<TowerInput>& features,
               size_t of_tower) {
  std::vector<int> parts;
  for (size_t i = 0; i < of_tower; ++i) {
    const TowerInput& feature = features[i];
    const Node& input = spec.at(feature.node);
    if (const auto* table = dynamic_cast<const Embedding*>(input.layer.get())) {
      auto bias = std::make_shared<Embedding>(*table);
      bias->dim = 1;
      bias->table.clear();
      bias->initializer = Initializer::zeros;
      parts.push_back(chain.add("bias/" + feature.name, bias, {}, input.feature));
    } else {
      auto bias = std::make_shared<Dense>();
      bias->dense = 1;
      bias->bias = false;
      bias->initializer = Initializer::zeros;
      parts.push_back(chain.add("bias/" + feature.name, bias, {feature.node}));
    }
  }
  return parts.size() == 1 ? parts[0] : chain.add("bias", std::make_shared<Add>(), parts);
}

// `name` begins the names of nodes and parameters; `section` is the section of the config, for errors.
Tower build_tower(ModelSpec& spec, const Config& config, const TowerConfig& tower, const char* section,
                  const std::string& name, int row_set, const std::vector<FeatureShape>& shapes,
                  bool needs_bias) {
  LayerChain chain(spec, name, row_set, config.file);
  Tower built;
  std::vector<int> inputs;
  const auto add_feature = [&](const std::string& feature_name, size_t i) {
    const FeatureConfig& feature = config.feature(feature_name);
    const int node =
        chain.add(feature.name, input_layer(feature, shapes[i], config.file), {}, static_cast<int>(i));
    built.inputs.features.push_back({feature.name, node, shapes[i].ids > 0});
    return node;
  };
  for (size_t i = 0; i < tower.features.size(); ++i) inputs.push_back(add_feature(tower.features[i], i));
  const int last = inputs.size() == 1 ? inputs[0] : chain.add("features", std::make_shared<Concat>(), inputs);
  if (inputs.size() == 1) chain.name("features", last);
  built.output = chain.add_layers(tower.layers, last, {config.file, std::string(section) + ".layers"});
  for (size_t i = 0; i < tower.ranking_features.size(); ++i)
    add_feature(tower.ranking_features[i], tower.features.size() + i);
  if (needs_bias || tower.biases) {
    const int bias = build_bias(chain, spec, built.inputs.features, tower.features.size());
    built.inputs.bias = {{name == "query" ? "query_bias" : "item_bias", bias}};
  }
  return built;
}

// The vectors of both towers get a column for each bias: the bias itself in its own tower, and ones in the
// other, so that the product of the vectors includes it.
void add_bias_columns(ModelSpec& spec, const Config& config, Tower& query, Tower& candidate) {
  const auto widen = [&](Tower& tower, const char* name, int row_set, bool own, bool has_other,
                         bool own_first) {
    std::vector<int> parts = {tower.output};
    const auto add_own = [&] {
      if (own) parts.push_back(tower.inputs.bias[0].node);
    };
    const auto add_ones = [&] {
      if (has_other)
        parts.push_back(
            spec.add({std::string(name) + "/ones", std::make_shared<Ones>(), {tower.output}, row_set}));
    };
    own_first ? add_own() : add_ones();
    own_first ? add_ones() : add_own();
    tower.output = spec.add({std::string(name) + "/with_biases", std::make_shared<Concat>(), parts, row_set});
  };
  const bool of_query = config.query.biases, of_items = config.items.biases;
  if (!of_query && !of_items) return;
  widen(query, "query", kQueryRows, of_query, of_items, true);
  widen(candidate, "candidate", kCandidateRows, of_items, of_query, false);
}

}  // namespace

std::vector<FeatureShape> feature_shapes(const FeatureMap& tower) {
  std::vector<FeatureShape> shapes;
  for (size_t i = 0; i < tower.size(); ++i)
    shapes.push_back({tower[i].feature->id_count(), tower[i].feature->width()});
  return shapes;
}

ModelSpec build_model(const Config& config, const std::vector<FeatureShape>& query,
                      const std::vector<FeatureShape>& candidate) {
  ModelSpec spec;
  const bool ranks_with_bias = rankings_read_biases(config);
  Tower queries =
      build_tower(spec, config, config.query, "query", "query", kQueryRows, query, ranks_with_bias);
  Tower candidates = build_tower(spec, config, config.items, "items", "candidate", kCandidateRows, candidate,
                                 ranks_with_bias);
  add_bias_columns(spec, config, queries, candidates);
  spec.query = queries.output;
  spec.candidate = candidates.output;
  const int query_width = spec.at(spec.query).width, candidate_width = spec.at(spec.candidate).width;
  // If another kind retrieves, the towers only rank, and may have different widths.
  if (config.model.is_two_tower() && config.retrieval && query_width != candidate_width) {
    const Value* section = config.written.find("retrieval");
    throw Where{config.file, "retrieval"}.error(
        section != nullptr ? *section : config.written,
        fmt::format("the query tower is {} wide but the item tower {}; both need one width", query_width,
                    candidate_width));
  }
  if (!config.ranking.empty()) build_rankings(spec, config, queries.inputs, candidates.inputs);
  return spec;
}

ModelSpec build_model(const Config& config, const FeatureMap& features,
                      std::vector<LabelScale> label_scales) {
  ModelSpec spec = build_model(config, feature_shapes(features.select(config.query.all_features())),
                               feature_shapes(features.select(config.items.all_features())));
  spec.label_scales = std::move(label_scales);
  return spec;
}

}  // namespace shortlist
