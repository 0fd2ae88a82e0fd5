#include "shortlist/model/config.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <set>

#include "shortlist/base/fields.h"
#include "shortlist/io/toml.h"
#include "shortlist/model/blocks.h"

namespace shortlist {
namespace {

const std::vector<std::string> kSections = {"data",      "features", "query",    "candidate",
                                            "retrieval", "ranking",  "training", "recommend"};

std::vector<std::string> feature_names(const Config& config) {
  std::vector<std::string> names;
  for (const FeatureConfig& feature : config.features) names.push_back(feature.name);
  return names;
}

// The value at a path such as "training.epochs", or the nearest one above it, for its line.
const Value& value_at(const Value& root, std::string_view path) {
  const Value* at = &root;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t dot = std::min(path.find('.', begin), path.size());
    const Value* next = at->find(path.substr(begin, dot - begin));
    if (next == nullptr) break;
    at = next;
    begin = dot + 1;
  }
  return *at;
}

void check_tower(const Config& config, const Value& root, const char* section, const TowerConfig& tower) {
  const Where where{config.file, std::string(section) + ".features"};
  const Value& at = value_at(root, where.path);
  if (tower.features.empty()) throw where.error(at, "got nothing, need at least one feature");
  const std::vector<std::string> known = feature_names(config);
  std::set<std::string> seen;
  for (const std::string& name : tower.features) {
    if (!seen.insert(name).second) throw where.error(at, fmt::format("'{}' stands there twice", name));
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::string near = nearest(name, known);
    throw where.error(at, fmt::format("no feature is named '{}'{}", name,
                                      near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
  }
}

void require(bool condition, const Config& config, const std::string& path, const std::string& message) {
  if (!condition) throw Where{config.file, path}.error(value_at(config.written, path), message);
}

void check_data(const Config& config) {
  const DataConfig& data = config.data;
  require(data.table.empty() || data.sql.empty(), config, "data.sql",
          "got both table and sql, need one of them");
  const SplitConfig& split = data.split;
  for (const auto& [name, part] :
       {std::pair{"train", split.train}, {"validation", split.validation}, {"test", split.test}}) {
    require(part >= 0, config, fmt::format("data.split.{}", name),
            fmt::format("got {}, need a count or a share", part));
  }
  const bool wants_column = split.by == SplitBy::time || split.by == SplitBy::column;
  require(!wants_column || !split.column.empty(), config, "data.split",
          fmt::format("by = \"{}\" needs column = \"...\"", enum_name(split.by)));
  require(split.by != SplitBy::rows || !split.rows.empty(), config, "data.split",
          "by = \"rows\" needs rows = \"....npy\"");
}

// Layers are read where the model is built; here only to find what is wrong with them before any data is
// read.
void check_layers(const Config& config) {
  read_blocks(config.query.layers, {config.file, "query.layers"});
  read_blocks(config.candidate.layers, {config.file, "candidate.layers"});
  for (size_t i = 0; i < config.ranking.size(); ++i) {
    read_blocks(config.ranking[i].layers, {config.file, fmt::format("ranking.{}.layers", i)});
  }
}

void check_training(const Config& config) {
  const TrainingConfig& training = config.training;
  require(training.epochs >= 1, config, "training.epochs",
          fmt::format("got {}, need at least 1", training.epochs));
  require(training.batch >= 1, config, "training.batch",
          fmt::format("got {}, need at least 1", training.batch));
  const OptimizerConfig& optimizer = training.optimizer;
  const int named = optimizer.adam.has_value() + optimizer.adagrad.has_value() + optimizer.sgd.has_value();
  require(named == 1, config, "training.optimizer",
          fmt::format("names {} of adam, adagrad and sgd, needs exactly one", named));
  require(!optimizer.rowwise || optimizer.adagrad, config, "training.optimizer.rowwise", "is for adagrad");
  require(optimizer.learning_rate() > 0, config, "training.optimizer",
          fmt::format("got the learning rate {}, need more than 0", optimizer.learning_rate()));
  if (training.reduce_on_plateau) {
    const double factor = training.reduce_on_plateau->factor;
    require(factor > 0 && factor < 1, config, "training.reduce_on_plateau.factor",
            fmt::format("got {}, need a number between 0 and 1", factor));
  }
}

void check_recommend(const Config& config) {
  const RecommendConfig& recommend = config.recommend;
  require(recommend.blend >= 0 && recommend.blend <= 1, config, "recommend.blend",
          fmt::format("got {}, need a share from 0 to 1", recommend.blend));
  require(recommend.candidates >= 1, config, "recommend.candidates",
          fmt::format("got {}, need at least 1", recommend.candidates));
  const bool needs_prediction =
      recommend.order == ListOrder::predicted || recommend.order == ListOrder::blend;
  require(!needs_prediction || !config.ranking.empty(), config, "recommend.order",
          fmt::format("\"{}\" needs a [[ranking]] task", enum_name(recommend.order)));
  const bool needs_score = recommend.order == ListOrder::score || recommend.order == ListOrder::blend;
  require(!needs_score || config.retrieval, config, "recommend.order",
          fmt::format("\"{}\" needs a [retrieval] task", enum_name(recommend.order)));
}

void check_hnsw(const Config& config, const HnswConfig& hnsw) {
  const auto within = [&](const char* name, int value, int least, int most) {
    require(value >= least && value <= most, config, std::string("retrieval.hnsw.") + name,
            fmt::format("got {}, need {} to {}", value, least, most));
  };
  within("connections", hnsw.connections, kLeastConnections, kMostConnections);
  within("build_beam", hnsw.build_beam, 1, kMostBeam);
  within("search_beam", hnsw.search_beam, 1, kMostBeam);
}

void check_tasks(const Config& config) {
  require(config.retrieval || !config.ranking.empty(), config, "",
          "has neither [retrieval] nor [[ranking]]: nothing to learn");
  require(!config.candidate.id.empty(), config, "candidate.id",
          "got nothing, need the column that tells candidates apart");
  if (config.retrieval) {
    require(config.retrieval->temperature > 0, config, "retrieval.temperature",
            fmt::format("got {}, need more than 0", config.retrieval->temperature));
    require(!config.retrieval->top_k.empty(), config, "retrieval.top_k",
            "got an empty list, need at least one k");
    for (int k : config.retrieval->top_k) {
      require(k >= 1, config, "retrieval.top_k", fmt::format("got {}, need numbers of at least 1", k));
    }
    check_hnsw(config, config.retrieval->hnsw);
  }
  std::set<std::string> labels;
  for (const RankingConfig& ranking : config.ranking) {
    require(!ranking.label.empty(), config, "ranking", "label: got nothing, need the column to predict");
    require(labels.insert(ranking.label).second, config, "ranking",
            fmt::format("two tasks predict '{}'; each label can have one", ranking.label));
  }
}

// Whether a table is told by a query: the first word is SELECT or WITH, and more follows.
bool is_query(const std::string& text) {
  const size_t begin = std::min(text.find_first_not_of(" \t\r\n("), text.size());
  const size_t end = text.find_first_of(" \t\r\n", begin);
  if (end == std::string::npos) return false;
  std::string word = text.substr(begin, end - begin);
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::toupper(c); });
  return word == "SELECT" || word == "WITH";
}

template <typename T>
void read_section(const Value& root, const char* name, T& settings, const std::string& file) {
  if (const Value* section = root.find(name)) read_fields(*section, settings, {file, name});
}

}  // namespace

TableSource DataConfig::source() const {
  TableSource source;
  source.path = table;
  source.sql = sql;
  source.data = data;
  source.delimiter = delimiter;
  source.header = header;
  source.columns = columns;
  source.encoding = encoding;
  return source;
}

void DataConfig::use_table(const std::string& text) {
  if (sql.find("{data}") != std::string::npos) {
    data = text;
    return;
  }
  table.clear();
  sql.clear();
  (is_query(text) ? sql : table) = text;
}

const FeatureConfig& Config::feature(std::string_view name) const {
  for (const FeatureConfig& feature : features) {
    if (feature.name == name) return feature;
  }
  throw usage_error("{}: no feature is named '{}'", file, name);
}

bool Config::query_tells_user() const {
  return !data.user.empty() && std::ranges::any_of(query.features, [&](const std::string& name) {
    return feature(name).column == data.user;
  });
}

std::string Config::monitored_figure(const std::string& monitor) const {
  if (monitor != kServedMonitor) return monitor;
  if (!retrieval || !query_tells_user()) return "loss";
  const int k = std::ranges::min(retrieval->top_k, {}, [](int k) { return std::abs(k - 10); });
  return fmt::format("{}ndcg_{}", recommend.seen == SeenPolicy::drop ? "unseen_" : "", k);
}

Config read_config(const Value& root, const std::string& file) {
  Config config;
  config.file = file;
  config.written = root;
  for (const auto& [key, value] : *root.table()) {
    if (std::ranges::find(kSections, key) == kSections.end()) {
      throw fields_detail::unknown_key(value, {file, ""}, key, kSections);
    }
  }
  read_section(root, "data", config.data, file);
  if (const Value* features = root.find("features"))
    config.features = read_features(*features, {file, "features"});
  for (const FeatureConfig& feature : config.features) {
    Embedding embedding;
    read_fields(feature.embedding, embedding, {file, "features." + feature.name});
  }
  read_section(root, "query", config.query, file);
  read_section(root, "candidate", config.candidate, file);
  if (const Value* retrieval = root.find("retrieval")) {
    read_fields(*retrieval, config.retrieval.emplace(), {file, "retrieval"});
  }
  if (const Value* ranking = root.find("ranking")) read_value(*ranking, config.ranking, {file, "ranking"});
  read_section(root, "training", config.training, file);
  read_section(root, "recommend", config.recommend, file);
  check_data(config);
  check_tower(config, root, "query", config.query);
  check_tower(config, root, "candidate", config.candidate);
  check_tasks(config);
  check_layers(config);
  if (config.training.optimizer.learning_rate() == 0 &&
      value_at(root, "training.optimizer").find("adam") == nullptr) {
    const OptimizerConfig& o = config.training.optimizer;
    if (!o.adam && !o.adagrad && !o.sgd) config.training.optimizer.adam = 0.001;
  }
  check_training(config);
  check_recommend(config);
  return config;
}

Config load_config(const std::string& path, const std::vector<std::string>& settings) {
  Value root = load_toml(path);
  for (const std::string& setting : settings) {
    const size_t equals = setting.find('=');
    if (equals == std::string::npos)
      throw usage_error("--set {}: need key=value, such as training.epochs=5", setting);
    set_path(root, setting.substr(0, equals), parse_toml_value(setting.substr(equals + 1)));
  }
  return read_config(root, path);
}

namespace {

std::string sections_to_toml(const Value::Table& sections) {
  std::string out;
  const auto write_table = [&](const std::string& header, const Value& table) {
    out += header + "\n";
    for (const auto& [key, entry] : *table.table())
      out += fmt::format("{} = {}\n", to_toml_key(key), to_toml(entry));
    out += "\n";
  };
  for (const auto& [section, value] : sections) {
    if (const Value::Array* array = value.array()) {
      for (const Value& table : *array) write_table("[[" + section + "]]", table);
    } else {
      write_table("[" + section + "]", value);
    }
  }
  return out;
}

}  // namespace

std::string config_to_toml(const Config& config) { return sections_to_toml(*config.written.table()); }

std::string full_config_to_toml(const Config& config) {
  Value::Table features;
  for (const FeatureConfig& feature : config.features)
    features.emplace_back(feature.name, write_feature(feature));
  Value::Table sections = {{"data", write_fields(config.data)},
                           {"features", Value(std::move(features))},
                           {"query", write_fields(config.query)},
                           {"candidate", write_fields(config.candidate)}};
  if (config.retrieval) sections.emplace_back("retrieval", write_fields(*config.retrieval));
  if (!config.ranking.empty()) sections.emplace_back("ranking", write_value(config.ranking));
  sections.emplace_back("training", write_fields(config.training));
  sections.emplace_back("recommend", write_fields(config.recommend));
  return sections_to_toml(sections);
}

}  // namespace shortlist
