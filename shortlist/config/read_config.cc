#include "shortlist/config/read_config.h"

#include <glob.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "shortlist/base/fields.h"
#include "shortlist/config/read_model_kind.h"
#include "shortlist/features/categories.h"
#include "shortlist/features/time.h"
#include "shortlist/io/toml.h"
#include "shortlist/layers/embedding.h"
#include "shortlist/model/blocks.h"

namespace shortlist {
namespace {

const std::vector<std::string> kSections = {"data",    "items",    "users",     "features",
                                            "model",   "query",    "candidate", "retrieval",
                                            "ranking", "training", "recommend"};

std::vector<std::string> feature_names(const Config& config) {
  std::vector<std::string> names;
  for (const FeatureConfig& feature : config.features) names.push_back(feature.name);
  return names;
}

// The value at a path such as "training.epochs", or the nearest enclosing one, to find its line.
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
    if (name == "features")
      throw where.error(at, "no feature can have the name 'features', which means all of them");
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
    require(part <= 1 || part == std::trunc(part), config, fmt::format("data.split.{}", name),
            fmt::format("got {}, need a whole number of rows, or a share up to 1", part));
  }
  const double sum = split.train + split.validation + split.test;
  const bool are_shares = split.train <= 1 && split.validation <= 1 && split.test <= 1;
  // A sum of 1 is all rows. The sum of 0.8, 0.1 and 0.1 is slightly larger in floating point.
  require(
      !are_shares || sum <= 1 + 1e-9 || split.by == SplitBy::column, config, "data.split",
      fmt::format("got the shares {} for training, {} for validation and {} for test, need at most 1 in all",
                  split.train, split.validation, split.test));
  const bool wants_column = split.by == SplitBy::time || split.by == SplitBy::column;
  require(!wants_column || !split.column.empty(), config, "data.split",
          fmt::format("by = \"{}\" needs column = \"...\"", enum_name(split.by)));
  const Where where{config.file, "data.split"};
  check_time_format(split.format, value_at(config.written, where.path), where);
  require(split.by == SplitBy::time || (!split.unit && !split.format), config, "data.split",
          "unit and format need by = \"time\"");
  require(split.by != SplitBy::rows || !split.rows.empty(), config, "data.split",
          "by = \"rows\" needs rows = \"....npy\"");
}

// The default key of a side table: the column of [data] that it is joined to.
void check_side_table(const Config& config, const char* section, SideTableConfig& side,
                      const std::string& compared, const char* setting) {
  require(side.table.empty() != side.sql.empty(), config, section,
          fmt::format("got {}, need one of table and sql", side.sql.empty() ? "neither" : "both"));
  require(!compared.empty(), config, section,
          fmt::format("needs {}, the column of [data] that its key is compared with", setting));
  if (side.key.empty()) side.key = compared;
}

// The columns of display and display_image are shown and looked up in the same way as attributes. A column
// that is not among the attributes is inserted at `place`.
void add_text_attribute(Config& config, const char* setting, const std::string& column, size_t place) {
  std::vector<AttributeConfig>& attributes = config.candidate.attributes;
  require(column.empty() || column != config.candidate.id, config, setting,
          fmt::format("got '{}', which is the id: need another column, or nothing", column));
  if (column.empty()) return;
  const auto at = std::ranges::find(attributes, column, &AttributeConfig::column);
  if (at == attributes.end()) {
    attributes.insert(attributes.begin() + static_cast<std::ptrdiff_t>(place),
                      {.column = column, .kind = AttributeKind::text});
    return;
  }
  require(at->kind.value_or(AttributeKind::text) == AttributeKind::text && !at->separator && !at->unit &&
              !at->format,
          config, setting, fmt::format("attribute '{}' needs kind = \"text\"", column));
  at->kind = AttributeKind::text;
}

void add_display(Config& config) {
  const CandidateConfig& candidate = config.candidate;
  add_text_attribute(config, "candidate.display", candidate.display, 0);
  require(candidate.display_image.empty() || candidate.display_image != candidate.display, config,
          "candidate.display_image",
          fmt::format("got '{}', which is the display column: need another one", candidate.display_image));
  add_text_attribute(config, "candidate.display_image", candidate.display_image, candidate.attributes.size());
}

void check_attributes(const Config& config) {
  std::set<std::string> seen;
  for (size_t i = 0; i < config.candidate.attributes.size(); ++i) {
    const AttributeConfig& attribute = config.candidate.attributes[i];
    const std::string path = fmt::format("candidate.attributes.{}", i);
    require(!attribute.column.empty(), config, path, "column: got nothing, need a column of the table");
    require(seen.insert(attribute.column).second, config, path,
            fmt::format("'{}' is there twice", attribute.column));
    require(!attribute.separator || !attribute.separator->empty(), config, path,
            "separator: need one character or more");
    const AttributeKind kind =
        attribute.kind.value_or(attribute.separator                  ? AttributeKind::list
                                : attribute.unit || attribute.format ? AttributeKind::time
                                                                     : AttributeKind::text);
    require(!attribute.separator || kind == AttributeKind::list, config, path,
            fmt::format("separator is for a list, but kind is \"{}\"", enum_name(kind)));
    require((!attribute.unit && !attribute.format) || kind == AttributeKind::time, config, path,
            fmt::format("unit and format are for a time, but kind is \"{}\"", enum_name(kind)));
    const Where where{config.file, path};
    check_time_format(attribute.format, value_at(config.written, path), where);
  }
}

// Layers are read when the model is built. Here they are only checked, so that errors are reported before any
// data is read.
void check_layers(const Config& config) {
  const auto check = [&](const std::vector<Value>& layers, const std::string& path,
                         std::vector<std::string> taken) {
    layer_names(read_blocks(layers, {config.file, path}), std::move(taken));
  };
  const auto of_tower = [](const TowerConfig& tower) {
    std::vector<std::string> names = tower.features;
    names.push_back("features");
    return names;
  };
  check(config.query.layers, "query.layers", of_tower(config.query));
  check(config.candidate.layers, "candidate.layers", of_tower(config.candidate));
  for (size_t i = 0; i < config.ranking.size(); ++i) {
    check(config.ranking[i].layers, fmt::format("ranking.{}.layers", i),
          {"query", "candidate", "features", "prediction"});
  }
}

void check_training(const Config& config) {
  const TrainingConfig& training = config.training;
  const OptimizerConfig& optimizer = training.optimizer;
  const int named = optimizer.adam.has_value() + optimizer.adagrad.has_value() + optimizer.sgd.has_value();
  require(named == 1, config, "training.optimizer",
          fmt::format("names {} of adam, adagrad and sgd, needs exactly one", named));
  require(!optimizer.rowwise || optimizer.adagrad, config, "training.optimizer.rowwise", "is for adagrad");
}

void check_recommend(const Config& config) {
  const RecommendConfig& recommend = config.recommend;
  const bool needs_prediction =
      recommend.order == ListOrder::predicted || recommend.order == ListOrder::blend;
  require(!needs_prediction || !config.ranking.empty(), config, "recommend.order",
          fmt::format("\"{}\" needs a [[ranking]] task", enum_name(recommend.order)));
  const bool needs_score = recommend.order == ListOrder::score || recommend.order == ListOrder::blend;
  require(!needs_score || config.retrieval, config, "recommend.order",
          fmt::format("\"{}\" needs a [retrieval] task", enum_name(recommend.order)));
}

void check_tasks(const Config& config) {
  require(config.retrieval || !config.ranking.empty(), config, "",
          "has neither [retrieval] nor [[ranking]]: nothing to learn");
  require(!config.candidate.id.empty(), config, "candidate.id",
          "got nothing, need the column that tells candidates apart");
  if (config.retrieval) {
    require(!config.retrieval->top_k.empty(), config, "retrieval.top_k",
            "got an empty list, need at least one k");
    const std::set<int> different(config.retrieval->top_k.begin(), config.retrieval->top_k.end());
    require(different.size() == config.retrieval->top_k.size(), config, "retrieval.top_k",
            "got the same k twice");
  }
  std::set<std::string> labels;
  for (const RankingConfig& ranking : config.ranking) {
    require(!ranking.label.empty(), config, "ranking", "label: got nothing, need the column to predict");
    require(labels.insert(ranking.label).second, config, "ranking",
            fmt::format("two tasks predict '{}'; each label can have one", ranking.label));
    require(ranking.loss.prediction() == Prediction::label || !ranking.standardize_label.value_or(false),
            config, "ranking",
            fmt::format("label '{}': standardize_label = true is not for {}", ranking.label,
                        ranking.loss.name()));
  }
}

// The path relative to the config's folder if a file, or files of a glob, exist there; otherwise the path
// itself.
std::string beside_config(const std::string& folder, const std::string& path) {
  if (folder.empty() || path.empty() || std::filesystem::path(path).is_absolute()) return path;
  const std::string there = (std::filesystem::path(folder) / path).string();
  std::error_code error;
  if (std::filesystem::exists(there, error)) return there;
  glob_t found{};
  const bool some = glob(there.c_str(), GLOB_NOSORT, nullptr, &found) == 0;
  globfree(&found);
  return some ? there : path;
}

template <typename T>
void read_section(const Value& root, const char* name, T& settings, const std::string& file) {
  if (const Value* section = root.find(name)) read_fields(*section, settings, {file, name});
}
template <typename T>
void read_section(const Value& root, const char* name, std::optional<T>& settings, const std::string& file) {
  if (root.find(name) != nullptr) read_section(root, name, settings.emplace(), file);
}

}  // namespace

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
  read_section(root, "items", config.items, file);
  read_section(root, "users", config.users, file);
  if (const Value* features = root.find("features"))
    config.features = read_features(*features, {file, "features"});
  for (const FeatureConfig& feature : config.features) {
    Embedding embedding;
    read_fields(feature.embedding, embedding, {file, "features." + feature.name});
  }
  if (const Value* model = root.find("model")) read_model_kind(*model, config.model, {file, "model"});
  read_section(root, "query", config.query, file);
  read_section(root, "candidate", config.candidate, file);
  read_section(root, "retrieval", config.retrieval, file);
  if (const Value* ranking = root.find("ranking")) read_value(*ranking, config.ranking, {file, "ranking"});
  read_section(root, "training", config.training, file);
  read_section(root, "recommend", config.recommend, file);
  complete_for_kind(config);
  check_data(config);
  check_tower(config, root, "query", config.query);
  if (config.has_towers()) check_tower(config, root, "candidate", config.candidate);
  add_display(config);
  check_attributes(config);
  check_tasks(config);
  if (config.items) check_side_table(config, "items", *config.items, config.candidate.id, "candidate.id");
  if (config.users) check_side_table(config, "users", *config.users, config.data.user, "data.user");
  check_layers(config);
  OptimizerConfig& optimizer = config.training.optimizer;
  if (!optimizer.adam && !optimizer.adagrad && !optimizer.sgd) optimizer.adam = 0.001;
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
  Config config = read_config(root, path);
  const std::string folder = std::filesystem::path(path).parent_path().string();
  config.data.table = beside_config(folder, config.data.table);
  config.data.split.rows = beside_config(folder, config.data.split.rows);
  if (config.items) config.items->table = beside_config(folder, config.items->table);
  if (config.users) config.users->table = beside_config(folder, config.users->table);
  return config;
}

}  // namespace shortlist
