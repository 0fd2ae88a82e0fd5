#include "shortlist/config/build.h"

#include "shortlist/config/build_rankings.h"
#include "shortlist/config/layer_chain.h"
#include "shortlist/features/hashed.h"
#include "shortlist/features/history.h"
#include "shortlist/layers/combine.h"
#include "shortlist/layers/embedding.h"
#include "shortlist/layers/gather.h"
#include "shortlist/layers/ones.h"
#include "shortlist/layers/position.h"

namespace shortlist {
namespace {

// The embedding table of a feature. Tables of one name are shared.
std::string table_of(const Config& config, const FeatureConfig& feature) {
  if (const Value* table = feature.embedding.find("table"))
    return fmt::format("table/{}", *std::get_if<std::string>(&table->data));
  // The histories of an item's feature share its table.
  for (const FeatureConfig& other : config.features) {
    const HistorySettings* history = history_of(*other.settings);
    if (history != nullptr && history->of == feature.name) return fmt::format("candidate/{}", feature.name);
  }
  return "";
}

Embedding embedding_of(const Config& config, const FeatureConfig& feature) {
  Embedding embedding;
  read_fields(feature.embedding, embedding, {config.file, "features." + feature.name});
  embedding.table = table_of(config, feature);
  const HistorySettings* history = history_of(*feature.settings);
  if (history == nullptr || !embedding.table.empty()) return embedding;
  // The settings of the table are those of the feature that the history reads.
  Embedding shared = embedding_of(config, config.feature(history->of));
  shared.pooling = embedding.pooling;
  shared.half_life = embedding.half_life;
  shared.item_dropout = embedding.item_dropout;
  return shared;
}

LayerPtr input_layer(const Config& config, const FeatureConfig& feature, const FeatureShape& shape) {
  if (shape.ids == 0) {
    auto numbers = std::make_shared<Numbers>();
    numbers->width = shape.width;
    return numbers;
  }
  auto embedding = std::make_shared<Embedding>(embedding_of(config, feature));
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

// A history that layers run along.
int build_history(ModelSpec& spec, const Config& config, const FeatureConfig& feature,
                  const std::string& name, LayerPtr items, int index) {
  const HistorySet history = spec.add_history(name, index);
  LayerChain chain(spec, name, history.events, config.file);
  const int first = chain.add("items", std::move(items), {}, index);
  const HistorySettings& settings = *history_of(*feature.settings);
  const Where where{config.file, fmt::format("features.{}.layers", feature.name)};
  const int last = chain.add_layers(settings.layers, first, where);
  for (const Node& node : spec.nodes) {
    const auto* positions = dynamic_cast<const Position*>(node.layer.get());
    if (positions == nullptr || node.row_set != history.events || positions->position >= settings.length)
      continue;
    throw where.error(
        feature.embedding,
        fmt::format("position = {}: the history has up to {} items, so it needs as many positions",
                    positions->position, settings.length));
  }
  return last;
}

// The node of a feature. The embeddings of several hashes are concatenated.
int add_input(LayerChain& chain, const FeatureConfig& feature, LayerPtr input, std::vector<int> along,
              int index) {
  const int hashes = hashes_of(*feature.settings);
  if (hashes == 1) return chain.add(feature.name, std::move(input), std::move(along), index);
  std::vector<int> parts;
  for (int place = 0; place < hashes; ++place) {
    auto part = std::make_shared<Embedding>(dynamic_cast<const Embedding&>(*input));
    part->place = place;
    if (part->table.empty()) part->table = fmt::format("hashed/{}", feature.name);
    parts.push_back(chain.add(fmt::format("{}/{}", feature.name, place), std::move(part), {}, index));
  }
  return chain.add(feature.name, std::make_shared<Concat>(), std::move(parts));
}

// `name` begins the names of nodes and parameters; `section` is the section of the config, for errors.
Tower build_tower(ModelSpec& spec, const Config& config, const TowerConfig& tower, const char* section,
                  const std::string& name, int row_set, const std::vector<FeatureShape>& shapes,
                  bool needs_bias) {
  LayerChain chain(spec, name, row_set, config.file);
  Tower built;
  std::vector<int> inputs;
  const std::set<std::string> attended = attended_histories(config);
  const auto add_feature = [&](const std::string& feature_name, size_t i) {
    const FeatureConfig& feature = config.feature(feature_name);
    const auto index = static_cast<int>(i);
    LayerPtr input = input_layer(config, feature, shapes[i]);
    if (name == "query" && attended.contains(feature.name)) {
      auto slots = std::make_shared<Embedding>(dynamic_cast<const Embedding&>(*input));
      slots->slots = history_of(*feature.settings)->length;
      slots->half_life = slots->item_dropout = 0;
      built.inputs.slots.push_back(
          {feature.name, chain.add(feature.name + "/slots", std::move(slots), {}, index), true});
    }
    std::vector<int> along;
    if (const HistorySettings* history = history_of(*feature.settings);
        history != nullptr && !history->layers.empty()) {
      along = {build_history(spec, config, feature, name + "/" + feature.name, std::move(input), index)};
      input = std::make_shared<Gather>();
    }
    const int node = add_input(chain, feature, std::move(input), std::move(along), index);
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
  if (config.model.retrieves_by_towers() && config.retrieval && query_width != candidate_width) {
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
                      const std::map<std::string, LabelScale>& label_scales) {
  ModelSpec spec = build_model(config, feature_shapes(features.select(config.query.all_features())),
                               feature_shapes(features.select(config.items.all_features())));
  for (RankingOutput& ranking : spec.rankings) {
    const auto scale = label_scales.find(ranking.label);
    if (scale != label_scales.end()) ranking.scale = scale->second;
  }
  return spec;
}

}  // namespace shortlist
