#include "shortlist/config/build.h"

#include <algorithm>

#include "shortlist/features/history.h"
#include "shortlist/layers/combine.h"
#include "shortlist/layers/embedding.h"
#include "shortlist/layers/gather.h"
#include "shortlist/model/blocks.h"

namespace shortlist {
namespace {

// Builds one chain of layers: a tower, or a ranking task.
class Chain {
 public:
  Chain(ModelSpec& spec, std::string prefix, int row_set, std::string file)
      : spec_(spec), prefix_(std::move(prefix)), row_set_(row_set), file_(std::move(file)) {}

  int add(const std::string& name, LayerPtr layer, std::vector<int> inputs, int feature = -1) {
    const int node =
        spec_.add({prefix_ + "/" + name, std::move(layer), std::move(inputs), row_set_, feature});
    named_.emplace_back(name, node);
    return node;
  }
  void name(const std::string& name, int node) { named_.emplace_back(name, node); }

  // Appends the layers of a list after `last` and returns the last node.
  int add_layers(const std::vector<Value>& layers, int last, const Where& where) {
    std::vector<std::string> taken;
    for (const auto& [name, node] : named_) taken.push_back(name);
    const std::vector<Block> blocks = read_blocks(layers, where);
    const std::vector<std::string> names = layer_names(blocks, std::move(taken));
    auto name = names.begin();
    so_far_ = {last};
    for (const Block& block : blocks) {
      try {
        for (int i = 0; i < block.repeat; ++i) {
          last = add_layer(block, *name++, i == 0, last);
          so_far_.push_back(last);
        }
      } catch (const Error& error) {
        if (std::string_view(error.what()).starts_with(file_) && !file_.empty()) throw;
        throw block.where.error(block.written, error.what());
      }
    }
    return last;
  }

 private:
  int add_layer(const Block& block, const std::string& name, bool first, int last) {
    const bool repeats = block.layer->traits().repeats_first_input;
    if (!repeats) first_input_ = -1;
    std::vector<int> inputs = {last};
    if (block.inputs && first) inputs = find_inputs(block);
    if (!block.back.empty()) {
      inputs.clear();
      for (int back : block.back) inputs.push_back(so_far_.at(so_far_.size() - static_cast<size_t>(back)));
    }
    if (repeats && inputs.size() == 1) {
      if (first_input_ < 0) first_input_ = inputs[0];
      if (first_input_ != inputs[0]) inputs = {first_input_, inputs[0]};
    }
    return add(name, block.layer, inputs);
  }

  std::vector<int> find_inputs(const Block& block) const {
    std::vector<std::string> known;
    for (const auto& [name, node] : named_) known.push_back(name);
    std::vector<int> inputs;
    for (const std::string& name : *block.inputs) {
      const auto found = std::ranges::find(known, name);
      if (found == known.end()) {
        // Its name in configs of 0.1.0.
        const bool is_item = name == "candidate" && row_set_ == kPairRows;
        const std::string near = is_item ? "item" : nearest(name, known);
        throw block.where.below("inputs").error(
            block.written, fmt::format("no input or earlier layer is named '{}'{}", name,
                                       near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
      }
      inputs.push_back(named_[static_cast<size_t>(found - known.begin())].second);
    }
    return inputs;
  }

  ModelSpec& spec_;
  std::string prefix_;
  int row_set_;
  std::string file_;
  std::vector<std::pair<std::string, int>> named_;
  std::vector<int> so_far_;  // the input of a list and its layers
  int first_input_ = -1;     // first input of consecutive layers that repeat it
};

// The embedding table of a feature. Tables of one name are shared.
std::string table_of(const Config& config, const FeatureConfig& feature) {
  if (const Value* table = feature.embedding.find("table"))
    return fmt::format("table/{}", *std::get_if<std::string>(&table->data));
  // The histories of an item's feature share its table.
  for (const FeatureConfig& other : config.features) {
    const auto* history = dynamic_cast<const SettingsOf<HistorySettings>*>(other.settings.get());
    if (history != nullptr && history->settings().of == feature.name)
      return fmt::format("candidate/{}", feature.name);
  }
  return "";
}

Embedding embedding_of(const Config& config, const FeatureConfig& feature) {
  Embedding embedding;
  read_fields(feature.embedding, embedding, {config.file, "features." + feature.name});
  embedding.table = table_of(config, feature);
  const HistorySettings* history = history_of(*feature.settings);
  if (history == nullptr || !embedding.table.empty()) return embedding;
  const Embedding shared = embedding_of(config, config.feature(history->of));
  embedding.table = shared.table;
  embedding.dim = shared.dim;
  embedding.initializer = shared.initializer;
  embedding.l2 = shared.l2;
  return embedding;
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

// A history that layers run along.
int build_history(ModelSpec& spec, const Config& config, const FeatureConfig& feature,
                  const std::string& name, LayerPtr items, int index) {
  const HistorySet history = spec.add_history(name, index);
  Chain chain(spec, name, history.events, config.file);
  const int first = chain.add("items", std::move(items), {}, index);
  return chain.add_layers(history_of(*feature.settings)->layers, first,
                          {config.file, fmt::format("features.{}.layers", feature.name)});
}

// `name` begins the names of nodes and parameters; `section` is the section of the config, for errors.
int build_tower(ModelSpec& spec, const Config& config, const TowerConfig& tower, const char* section,
                const std::string& name, int row_set, const std::vector<FeatureShape>& shapes) {
  Chain chain(spec, name, row_set, config.file);
  std::vector<int> inputs;
  for (size_t i = 0; i < tower.features.size(); ++i) {
    const FeatureConfig& feature = config.feature(tower.features[i]);
    const auto index = static_cast<int>(i);
    LayerPtr input = input_layer(config, feature, shapes[i]);
    std::vector<int> along;
    if (const HistorySettings* history = history_of(*feature.settings);
        history != nullptr && !history->layers.empty()) {
      along = {build_history(spec, config, feature, name + "/" + feature.name, std::move(input), index)};
      input = std::make_shared<Gather>();
    }
    inputs.push_back(chain.add(feature.name, std::move(input), along, index));
  }
  const int last = inputs.size() == 1 ? inputs[0] : chain.add("features", std::make_shared<Concat>(), inputs);
  if (inputs.size() == 1) chain.name("features", last);
  return chain.add_layers(tower.layers, last, {config.file, std::string(section) + ".layers"});
}

void build_ranking(ModelSpec& spec, const Config& config, const RankingConfig& ranking, int query,
                   int candidate, int both, size_t index) {
  Chain chain(spec, "ranking/" + ranking.label, kPairRows, config.file);
  chain.name("query", query);
  chain.name("item", candidate);
  chain.name("features", both);
  const int last =
      chain.add_layers(ranking.layers, both, {config.file, fmt::format("ranking.{}.layers", index)});
  auto prediction = std::make_shared<Dense>();
  prediction->dense = 1;
  spec.rankings.push_back({ranking.label, chain.add("prediction", prediction, {last}), {}});
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
  spec.query = build_tower(spec, config, config.query, "query", "query", kQueryRows, query);
  spec.candidate = build_tower(spec, config, config.items, "items", "candidate", kCandidateRows, candidate);
  const int query_width = spec.at(spec.query).width, candidate_width = spec.at(spec.candidate).width;
  // If another kind retrieves, the towers only rank, and may have different widths.
  if (config.model.is_two_tower() && config.retrieval && query_width != candidate_width) {
    const Value* section = config.written.find("retrieval");
    throw Where{config.file, "retrieval"}.error(
        section != nullptr ? *section : config.written,
        fmt::format("the query tower is {} wide but the item tower {}; both need one width", query_width,
                    candidate_width));
  }
  if (config.ranking.empty()) return spec;
  const auto gather = [&](const char* name, int from) {
    return spec.add({name, std::make_shared<Gather>(), {from}, kPairRows});
  };
  const int of_query = gather("pair/query", spec.query),
            of_candidate = gather("pair/candidate", spec.candidate);
  const int both =
      spec.add({"pair/features", std::make_shared<Concat>(), {of_query, of_candidate}, kPairRows});
  for (size_t i = 0; i < config.ranking.size(); ++i) {
    build_ranking(spec, config, config.ranking[i], of_query, of_candidate, both, i);
  }
  return spec;
}

ModelSpec build_model(const Config& config, const FeatureMap& features,
                      const std::map<std::string, LabelScale>& label_scales) {
  ModelSpec spec = build_model(config, feature_shapes(features.select(config.query.features)),
                               feature_shapes(features.select(config.items.features)));
  for (RankingOutput& ranking : spec.rankings) {
    const auto scale = label_scales.find(ranking.label);
    if (scale != label_scales.end()) ranking.scale = scale->second;
  }
  return spec;
}

}  // namespace shortlist
