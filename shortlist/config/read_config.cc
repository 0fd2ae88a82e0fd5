#include "shortlist/config/read_config.h"

#include <fmt/ranges.h>
#include <glob.h>
#include <bit>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "shortlist/base/fields.h"
#include "shortlist/base/function_ref.h"
#include "shortlist/config/check_negatives.h"
#include "shortlist/config/config_check.h"
#include "shortlist/config/config_sections.h"
#include "shortlist/config/read_ages.h"
#include "shortlist/config/read_histories.h"
#include "shortlist/config/read_model_kind.h"
#include "shortlist/features/categories.h"
#include "shortlist/features/history.h"
#include "shortlist/features/time.h"
#include "shortlist/io/toml.h"
#include "shortlist/layers/embedding.h"
#include "shortlist/model/blocks.h"

namespace shortlist {
namespace {

std::vector<std::string> feature_names(const Config& config) {
  std::vector<std::string> names;
  for (const FeatureConfig& feature : config.features) names.push_back(feature.name);
  return names;
}

void check_features(const Config& config, const Value& root, const std::string& path,
                    const std::vector<std::string>& names, std::set<std::string>& seen) {
  const Where where{config.file, path};
  const Value& at = value_at(root, where.path);
  const std::vector<std::string> known = feature_names(config);
  for (const std::string& name : names) {
    if (!seen.insert(name).second) throw where.error(at, fmt::format("'{}' is listed twice", name));
    if (name == "features")
      throw where.error(at, "a feature cannot be named 'features', which means all of them");
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::string near = nearest(name, known);
    throw where.error(at, fmt::format("no feature is named '{}'{}", name,
                                      near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
  }
}

void check_tower(const Config& config, const Value& root, const char* section, const TowerConfig& tower) {
  const std::string path = std::string(section) + ".features";
  if (tower.features.empty())
    throw Where{config.file, path}.error(value_at(root, path), "got nothing, need at least one feature");
  std::set<std::string> seen;
  check_features(config, root, path, tower.features, seen);
  check_features(config, root, std::string(section) + ".ranking_features", tower.ranking_features, seen);
}

// Calls check() and adds the place to its error, whose first word, "optimizer: ", the path says already.
void require_valid(const Config& config, const std::string& path, FunctionRef<void()> check) {
  try {
    check();
  } catch (const Error& error) {
    const std::string message = error.message();
    const size_t colon = message.find(": ");
    require(false, config, path, message.substr(colon == std::string::npos ? 0 : colon + 2));
  }
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
      !are_shares || sum <= 1 + 1e-9 || split.by == SplitBy::column || split.within_users(), config,
      "data.split",
      fmt::format("got the shares {} for training, {} for validation and {} for test, need at most 1 in all",
                  split.train, split.validation, split.test));
  const bool wants_column = split.by == SplitBy::time || split.by == SplitBy::column;
  require(!wants_column || !split.column.empty(), config, "data.split",
          fmt::format("by = \"{}\" needs column = \"...\"", enum_name(split.by)));
  const Where of_time{config.file, "data.time"};
  check_time_format(data.time.format, value_at(config.written, of_time.path), of_time);
  const Where where{config.file, "data.split"};
  check_time_format(split.format, value_at(config.written, where.path), where);
  require(split.has_times() || (!split.unit && !split.format), config, "data.split",
          "unit and format need by = \"time\", or by = \"last\" with a column");
  require(!split.needs_user() || !split.user.empty() || !data.user.empty(), config, "data.split",
          fmt::format("by = \"{}\" needs data.user, or user = \"...\" here", enum_name(split.by)));
  require(split.needs_user() || split.user.empty(), config, "data.split.user",
          "needs by = \"user\", \"last\" or \"stratified\"");
  require(split.by != SplitBy::rows || !split.rows.empty(), config, "data.split",
          "by = \"rows\" needs rows = \"....npy\"");
}

// Sets the default key of a side table: the column of [data] that it is joined to.
void check_side_table(const Config& config, const char* section, SideTableConfig& side,
                      const std::string& compared, const char* setting) {
  require(side.table.empty() != side.sql.empty(), config, section,
          fmt::format("got {}, need one of table and sql", side.sql.empty() ? "neither" : "both"));
  require(!compared.empty(), config, section,
          fmt::format("needs {}, the column of [data] that its key is matched with", setting));
  if (side.key.empty()) side.key = compared;
}

// The key and the settings of a text file need a table that they describe.
void check_item_table(Config& config) {
  SideTableConfig& side = config.items;
  if (side.has_table()) return check_side_table(config, "items", side, config.items.id, "items.id");
  const Value* section = config.written.find("items");
  if (section == nullptr) return;
  const Value defaults = write_fields(SideTableConfig());
  for (const std::string& key : field_names(side)) {
    const Value *value = section->find(key), *by_default = defaults.find(key);
    const bool is_default =
        value == nullptr || (by_default != nullptr && to_toml(*value) == to_toml(*by_default));
    require(is_default, config, "items." + key, "needs the table of items: set table or sql too");
  }
}

// The columns of display and display_image are shown and looked up in the same way as attributes. A column
// that is not among the attributes is inserted at `place`.
void add_text_attribute(Config& config, const char* setting, const std::string& column, size_t place) {
  std::vector<AttributeConfig>& attributes = config.items.attributes;
  require(column.empty() || column != config.items.id, config, setting,
          fmt::format("got '{}', which is the id: need another column, or none", column));
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
  const ItemsConfig& items = config.items;
  add_text_attribute(config, "items.display", items.display, 0);
  require(items.display_image.empty() || items.display_image != items.display, config, "items.display_image",
          fmt::format("got '{}', which is the display column: need another column, or none",
                      items.display_image));
  add_text_attribute(config, "items.display_image", items.display_image, items.attributes.size());
}

void check_attributes(const Config& config) {
  std::set<std::string> seen;
  for (size_t i = 0; i < config.items.attributes.size(); ++i) {
    const AttributeConfig& attribute = config.items.attributes[i];
    const std::string path = fmt::format("items.attributes.{}", i);
    require(!attribute.column.empty(), config, path, "column: got nothing, need a column of the table");
    require(seen.insert(attribute.column).second, config, path,
            fmt::format("'{}' is listed twice", attribute.column));
    require(!attribute.separator || !attribute.separator->empty(), config, path,
            "separator: need at least one character");
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

void check_training(const Config& config) {
  const TrainingConfig& training = config.training;
  require_valid(config, "training.optimizer", [&] { check_optimizer(training.optimizer); });
  require(std::has_single_bit(static_cast<unsigned>(training.batch_parts)), config, "training.batch_parts",
          fmt::format("got {}, need a power of two", training.batch_parts));
  for (size_t i = 0; i < training.parts.size(); ++i) {
    const std::string path = fmt::format("training.parts.{}", i);
    require(!training.parts[i].parameters.empty(), config, path,
            "parameters: got nothing, need at least one name or pattern");
    require_valid(config, path + ".optimizer", [&] { check_optimizer(training.parts[i].optimizer); });
  }
  if (training.average) require_valid(config, "training.average", [&] { check_average(*training.average); });
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
          "has neither [retrieval] nor [[ranking]], need at least one of them");
  require(!config.items.id.empty(), config, "items.id",
          "got nothing, need the column that identifies an item");
  require(!config.experts || !config.ranking.empty(), config, "experts", "needs a [[ranking]] task");
  if (config.experts) {
    require(!config.experts->layers.empty(), config, "experts.layers",
            "got nothing, need at least one layer");
    require(config.experts->experts + config.experts->own_experts > 0, config, "experts",
            "has neither experts nor own_experts, need at least one");
  }
  require(config.training.task_weights == TaskWeights::fixed ||
              config.ranking.size() + (config.model.retrieves_by_towers() && config.retrieval) > 1,
          config, "training.task_weights", "\"learned\" needs at least two tasks");
  require(config.training.group_rows == 0 ||
              std::ranges::any_of(config.ranking,
                                  [](const auto& ranking) { return ranking.loss.compares_rows(); }),
          config, "training.group_rows", "needs a [[ranking]] whose loss compares rows");
  if (config.retrieval) {
    require(!config.retrieval->top_k.empty(), config, "retrieval.top_k",
            "got an empty list, need at least one k");
    const std::set<int> different(config.retrieval->top_k.begin(), config.retrieval->top_k.end());
    require(different.size() == config.retrieval->top_k.size(), config, "retrieval.top_k",
            "got the same k twice");
    check_negatives(config);
  }
  std::set<std::string> labels;
  const RankingConfig* grouped = nullptr;
  for (const RankingConfig& ranking : config.ranking) {
    const bool has_classes = ranking.loss.prediction() == Prediction::classes;
    require(!has_classes || ranking.loss.width() > 1, config, "ranking",
            fmt::format("label '{}': {} needs classes = 2 or more", ranking.label, ranking.loss.name()));
    if (ranking.has_groups()) {
      require(grouped == nullptr || grouped->group == ranking.group, config, "ranking",
              fmt::format("labels '{}' and '{}' have different groups, need one group for all",
                          grouped == nullptr ? "" : grouped->label, ranking.label));
      grouped = &ranking;
    }
    require(!ranking.label.empty(), config, "ranking", "label: got nothing, need the column to predict");
    require(labels.insert(ranking.label).second, config, "ranking",
            fmt::format("two tasks predict '{}', but a label can have only one", ranking.label));
    require(ranking.loss.prediction() == Prediction::label || !ranking.standardize_label.value_or(false),
            config, "ranking",
            fmt::format("label '{}': standardize_label = true cannot be combined with {}", ranking.label,
                        ranking.loss.name()));
  }
}

template <typename Section>
void read_section(const Value& value, Section& section, const Where& where) {
  read_value(value, section, where);
}
void read_section(const Value& value, std::vector<FeatureConfig>& features, const Where& where) {
  features = read_features(value, where);
  for (const FeatureConfig& feature : features) {
    Embedding embedding;
    read_fields(feature.embedding, embedding, where.below(feature.name));
  }
}
void read_section(const Value& value, ModelConfig& model, const Where& where) {
  read_model_kind(value, model, where);
}

void check_sections(const Value& root, const std::vector<std::string>& known, const std::string& file) {
  for (const auto& [key, value] : *root.table()) {
    if (std::ranges::find(known, key) != known.end()) continue;
    if (key == "candidate")
      throw Where{file, key}.error(value, "the section [candidate] is now [items]: write that instead");
    throw fields_detail::unknown_key(value, {file, ""}, key, known);
  }
}

}  // namespace

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
  for (const FeatureConfig& feature : config.features) {
    if (const HistorySettings* history = history_of(*feature.settings))
      check(history->layers, "features." + feature.name + ".layers", {"items"});
  }
  check(config.query.layers, "query.layers", of_tower(config.query));
  check(config.items.layers, "items.layers", of_tower(config.items));
  std::vector<std::string> of_ranking = {"query", "item", "features", "prediction"};
  for (size_t i = 0; i < config.ranking.size(); ++i)
    check(config.ranking[i].layers, fmt::format("ranking.{}.layers", i), of_ranking);
  if (config.experts) check(config.experts->layers, "experts.layers", of_ranking);
}

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

Config read_sections(const Value& root, const std::string& file) {
  Config config;
  config.file = file;
  config.written = root;
  std::vector<std::string> known;
  const auto name_section = [&](const char* name, auto&, const char*) { known.emplace_back(name); };
  visit_sections(config, name_section);
  check_sections(root, known, file);
  const auto read = [&](const char* name, auto& section, const char*) {
    if (const Value* value = root.find(name)) read_section(*value, section, {file, name});
  };
  visit_sections(config, read);
  return config;
}

Config read_config(const Value& root, const std::string& file) {
  Config config = read_sections(root, file);
  complete_for_kind(config);
  check_data(config);
  check_tower(config, root, "query", config.query);
  if (config.has_towers()) check_tower(config, root, "items", config.items);
  complete_histories(config);
  complete_ages(config);
  add_display(config);
  check_attributes(config);
  check_tasks(config);
  check_item_table(config);
  if (config.users) check_side_table(config, "users", *config.users, config.data.user, "data.user");
  check_layers(config);
  OptimizerConfig& optimizer = config.training.optimizer;
  if (named_optimizers(optimizer).empty()) optimizer.adam = 0.001;
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
  config.items.table = beside_config(folder, config.items.table);
  if (config.users) config.users->table = beside_config(folder, config.users->table);
  return config;
}

}  // namespace shortlist
