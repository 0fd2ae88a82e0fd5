#include "shortlist/config/build_rankings.h"

#include <algorithm>
#include <map>

#include "shortlist/config/layer_chain.h"
#include "shortlist/config/read_ages.h"
#include "shortlist/features/history.h"
#include "shortlist/layers/age.h"
#include "shortlist/layers/combine.h"
#include "shortlist/layers/gather.h"
#include "shortlist/layers/mixture.h"
#include "shortlist/layers/slice.h"
#include "shortlist/layers/task_log_variances.h"

namespace shortlist {
namespace {

// The nodes of a pair that every ranking can read.
struct PairNodes {
  int query, candidate, both;
  std::vector<std::pair<std::string, int>> named;  // those of features, by the names of the config
};

class RankingBuilder {
 public:
  RankingBuilder(ModelSpec& spec, const Config& config, const TowerInputs& query,
                 const TowerInputs& candidate)
      : spec_(spec),
        config_(config),
        query_(query),
        candidate_(candidate),
        features_(ranking_features(config, query, candidate)) {
    find_read_names();
  }

  void build() {
    pairs_.query = gather("query", spec_.query, query_, "query_features", spec_.ranked_query);
    pairs_.candidate =
        gather("candidate", spec_.candidate, candidate_, "item_features", spec_.ranked_candidate);
    pairs_.both =
        spec_.add({"pair/features", std::make_shared<Concat>(), {pairs_.query, pairs_.candidate}, kPairRows});
    build_ages();
    if (config_.experts) build_experts();
    for (size_t i = 0; i < config_.ranking.size(); ++i) build_ranking(i);
    if (config_.training.task_weights != TaskWeights::learned) return;
    auto weights = std::make_shared<TaskLogVariances>();
    const bool retrieves = config_.model.retrieves_by_towers() && config_.retrieval;
    weights->tasks = static_cast<int>(config_.ranking.size()) + retrieves;
    spec_.task_weights = spec_.add({"tasks", weights, {}});
  }

 private:
  // The names in `inputs` of the rankings' layers. A feature of both towers would be ambiguous.
  void find_read_names() {
    const auto read = [&](const std::vector<Value>& layers, const Where& where) {
      for (const Block& block : read_blocks(layers, where, features_)) {
        if (block.inputs) read_.insert(block.inputs->begin(), block.inputs->end());
      }
    };
    for (size_t i = 0; i < config_.ranking.size(); ++i) read(config_.ranking[i].layers, place_of(i));
    if (config_.experts) read(config_.experts->layers, experts_place());
    for (const TowerInput& history : query_.slots) read_.insert(read_by(history.name));
    for (const TowerInput& input : candidate_.features) {
      const auto same = std::ranges::find(query_.features, input.name, &TowerInput::name);
      if (same == query_.features.end() || !read_.contains(input.name)) continue;
      throw usage_error(
          "layers of a ranking read the feature '{}', which both the query and the items have; give one of "
          "them a "
          "feature of another name for the same column",
          input.name);
    }
  }
  // The feature of the items that a history reads.
  const std::string& read_by(const std::string& history) const {
    return history_of(*config_.feature(history).settings)->of;
  }
  // The age of an item consists of a feature of the query and one of the items.
  bool is_age(const TowerInput& input) const { return age_of(config_, input.name) != nullptr; }
  Where place_of(size_t ranking) const { return {config_.file, fmt::format("ranking.{}.layers", ranking)}; }
  Where experts_place() const { return {config_.file, "experts.layers"}; }

  std::vector<TowerInput> read_inputs(const TowerInputs& tower, const std::string& all) const {
    std::vector<TowerInput> inputs;
    for (const TowerInput& input : tower.features)
      if (read_.contains(input.name) || read_.contains(item_of_age(input.name)) || read_.contains(all))
        inputs.push_back(input);
    for (const TowerInput& input : tower.slots) inputs.push_back(input);
    for (const TowerInput& input : tower.bias)
      if (read_.contains(input.name)) inputs.push_back(input);
    return inputs;
  }

  // Gathers a tower's output, and what rankings read besides, in one node per pair.
  int gather(const std::string& tower, int output, const TowerInputs& inputs, const std::string& all,
             int& ranked) {
    const std::vector<TowerInput> read = read_inputs(inputs, all);
    const auto add_gather = [&](int from) {
      return spec_.add({"pair/" + tower, std::make_shared<Gather>(), {from}, kPairRows});
    };
    if (read.empty()) return add_gather(output);
    std::vector<int> parts = {output};
    for (const TowerInput& input : read) parts.push_back(input.node);
    ranked = spec_.add({tower + "/ranked", std::make_shared<Concat>(), parts, spec_.at(output).row_set});
    const int pair = add_gather(ranked);
    int column = 0;
    const auto slice = [&](const std::string& name, int width) {
      const int node = spec_.add({fmt::format("pair/{}/{}", tower, name),
                                  std::make_shared<Slice>(column, width),
                                  {pair},
                                  kPairRows});
      column += width;
      return node;
    };
    const int vector = slice("vector", spec_.at(output).width);
    std::vector<int> features;
    for (const TowerInput& input : read) {
      const bool is_slots = std::ranges::any_of(
          inputs.slots, [&](const TowerInput& slots) { return slots.node == input.node; });
      const int node = slice(is_slots ? input.name + "/slots" : input.name, spec_.at(input.node).width);
      if (is_slots || is_age(input)) {
        parts_[is_slots ? input.name + "/slots" : input.name] = node;
        continue;
      }
      pairs_.named.emplace_back(input.name, node);
      if (std::ranges::find(inputs.features, input.name, &TowerInput::name) != inputs.features.end())
        features.push_back(node);
    }
    if (read_.contains(all)) {
      const std::string name = fmt::format("pair/{}", all);
      pairs_.named.emplace_back(
          all, features.size() == 1 ? features[0]
                                    : spec_.add({name, std::make_shared<Concat>(), features, kPairRows}));
    }
    return vector;
  }

  // The age of each pair's item at the time of its query.
  void build_ages() {
    for (const auto& [name, node] : parts_) {
      const auto of_query = parts_.find(at_of_age(name));
      if (of_query == parts_.end()) continue;
      pairs_.named.emplace_back(
          name,
          spec_.add({"pair/age/" + name, std::make_shared<Age>(), {of_query->second, node}, kPairRows}));
    }
  }

  // What the candidates' attention makes of a history.
  int build_attention(const RankingConfig& ranking) {
    const RankingAttention& attention = *ranking.target_attention;
    const std::string& history = attention.history;
    const auto item = std::ranges::find(pairs_.named, read_by(history), &std::pair<std::string, int>::first);
    const auto [place, fresh] = slot_rows_.emplace(history, -1);
    if (fresh)
      place->second =
          spec_.add_slots(history + "/slots", history_of(*config_.feature(history).settings)->length);
    return add_slot_attention(spec_, attention, fmt::format("ranking/{}/target_attention", ranking.label),
                              place->second, parts_.at(history + "/slots"), item->second);
  }

  LayerChain chain(const std::string& prefix) {
    LayerChain chain(spec_, prefix, kPairRows, config_.file);
    chain.name("query", pairs_.query);
    chain.name("item", pairs_.candidate);
    chain.name("features", pairs_.both);
    for (const auto& [name, node] : pairs_.named) chain.name(name, node);
    return chain;
  }

  int gate(const std::string& name, int input, const std::vector<int>& experts) {
    auto dense = std::make_shared<Dense>();
    dense->dense = static_cast<int>(experts.size());
    dense->bias = false;
    const int logits = spec_.add({name + "/gate", dense, {input}, kPairRows});
    std::vector<int> inputs = {logits};
    inputs.insert(inputs.end(), experts.begin(), experts.end());
    return spec_.add({name + "/mixture", std::make_shared<Mixture>(), inputs, kPairRows});
  }

  std::vector<int> add_experts(const std::string& prefix, int count, int input) {
    std::vector<int> experts;
    for (int e = 0; e < count; ++e) {
      LayerChain expert = chain(fmt::format("{}/{}", prefix, e));
      experts.push_back(expert.add_layers(config_.experts->layers, input, experts_place(), features_));
    }
    return experts;
  }

  // Each level has the shared experts and those of each ranking; a gate of each ranking mixes the shared and
  // its own ones. Between levels, one more gate mixes all of them for the next shared experts.
  void build_experts() {
    const ExpertsConfig& settings = *config_.experts;
    const size_t tasks = config_.ranking.size();
    mixtures_.assign(tasks, pairs_.both);
    int shared_input = pairs_.both;
    for (int level = 0; level < settings.levels; ++level) {
      const std::string at =
          settings.levels == 1 ? std::string("experts") : fmt::format("experts/level_{}", level);
      const std::vector<int> shared = add_experts(at, settings.experts, shared_input);
      std::vector<int> all = shared;
      for (size_t t = 0; t < tasks; ++t) {
        const std::string own_name = fmt::format("{}/{}", at, config_.ranking[t].label);
        const std::vector<int> own = add_experts(own_name, settings.own_experts, mixtures_[t]);
        std::vector<int> mixed = shared;
        mixed.insert(mixed.end(), own.begin(), own.end());
        all.insert(all.end(), own.begin(), own.end());
        mixtures_[t] = gate(own_name, mixtures_[t], mixed);
      }
      if (level + 1 < settings.levels && settings.experts > 0)
        shared_input = gate(at + "/shared", shared_input, all);
    }
  }

  void build_ranking(size_t index) {
    const RankingConfig& ranking = config_.ranking[index];
    LayerChain layers = chain("ranking/" + ranking.label);
    int last = pairs_.both;
    if (config_.experts) {
      last = mixtures_[index];
      layers.name("experts", last);
    }
    if (ranking.target_attention) {
      const int attention = build_attention(ranking);
      layers.name("target_attention", attention);
      last = layers.add("attended", std::make_shared<Concat>(), {last, attention});
    }
    last = layers.add_layers(ranking.layers, last, place_of(index), features_);
    auto prediction = std::make_shared<Dense>();
    prediction->dense = ranking.loss.width();
    // A network whose output is the prediction up to its scale.
    const Composite* network = ranking.layers.empty() ? nullptr : find_composite(ranking.layers.back());
    if (network != nullptr && spec_.at(last).width == 1) prediction->initializer = Initializer::ones;
    spec_.rankings.push_back({ranking.label, layers.add("prediction", prediction, {last}), {}});
  }

  ModelSpec& spec_;
  const Config& config_;
  const TowerInputs &query_, &candidate_;
  BlockFeatures features_;
  std::set<std::string> read_;
  PairNodes pairs_{};
  std::map<std::string, int> parts_;  // nodes of pairs that are parts of others: slots, and halves of ages
  std::map<std::string, int> slot_rows_;  // by history
  std::vector<int> mixtures_;             // by ranking
};

}  // namespace

BlockFeatures ranking_features(const Config& config, const TowerInputs& query, const TowerInputs& candidate) {
  BlockFeatures features{.known = true};
  for (const TowerInputs* tower : {&query, &candidate}) {
    for (const TowerInput& input : tower->features)
      if (item_of_age(input.name).empty())
        (input.has_ids ? features.embedded : features.numbers).push_back(input.name);
  }
  if (!config.query.biases) features.biases.emplace_back("query_bias");
  if (!config.items.biases) features.biases.emplace_back("item_bias");
  return features;
}

std::set<std::string> attended_histories(const Config& config) {
  std::set<std::string> histories;
  for (const RankingConfig& ranking : config.ranking)
    if (ranking.target_attention) histories.insert(ranking.target_attention->history);
  return histories;
}

bool rankings_read_biases(const Config& config) {
  BlockFeatures names = ranking_features(config, {}, {});
  names.known = false;  // the features are not built yet
  return std::ranges::any_of(config.ranking, [&](const RankingConfig& ranking) {
    return std::ranges::any_of(
        read_blocks(ranking.layers, {config.file, "ranking"}, names), [](const Block& block) {
          return block.inputs && std::ranges::any_of(*block.inputs, [](const std::string& name) {
                   return name == "query_bias" || name == "item_bias";
                 });
        });
  });
}

void build_rankings(ModelSpec& spec, const Config& config, const TowerInputs& query,
                    const TowerInputs& candidate) {
  RankingBuilder(spec, config, query, candidate).build();
}

}  // namespace shortlist
