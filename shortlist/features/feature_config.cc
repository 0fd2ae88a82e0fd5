#include "shortlist/features/feature_config.h"

#include <algorithm>

#include "shortlist/features/feature_kinds.h"

namespace shortlist {
namespace {

bool is_embedding_key(const std::string& key) {
  return std::find(embedding_keys().begin(), embedding_keys().end(), key) != embedding_keys().end();
}

const FeatureKind& read_kind(const Value& value, const Where& where) {
  if (value.table() == nullptr) {
    throw where.error(value, "got " + value.describe() + ", need a table such as { kind = \"category\" }");
  }
  const Value* entry = value.find("kind");
  if (entry == nullptr) throw where.error(value, "needs a kind: one of " + feature_kind_names());
  std::string name;
  read_value(*entry, name, where.below("kind"));
  if (const FeatureKind* kind = find_feature_kind(name)) return *kind;
  std::vector<std::string> known;
  for (const FeatureKind& kind : feature_kinds()) known.emplace_back(kind.name);
  throw fields_detail::not_one_of(*entry, where.below("kind"), known);
}

}  // namespace

const std::vector<std::string>& embedding_keys() {
  static const std::vector<std::string> keys = {"dim",  "pooling", "initializer", "initializer_scale",
                                                "l2",   "row_l2",  "half_life",   "item_dropout",
                                                "table"};
  return keys;
}

FeatureConfig read_feature(std::string_view name, const Value& value, const Where& where) {
  const FeatureKind& kind = read_kind(value, where);
  std::vector<std::string> also_known = {"kind", "column"};
  also_known.insert(also_known.end(), embedding_keys().begin(), embedding_keys().end());
  FeatureConfig config{std::string(name), std::string(name), kind.read(value, where, also_known), Value()};
  const Value* column = value.find("column");
  if (column != nullptr) read_value(*column, config.column, where.below("column"));
  if (const std::string own = config.settings->own_column(); !own.empty()) {
    if (column != nullptr)
      throw where.below("column").error(*column, "the feature reads several columns: list them in columns");
    config.column = own;
  }
  Value::Table embedding;
  for (const auto& entry : *value.table()) {
    if (!is_embedding_key(entry.first)) continue;
    if (!config.settings->yields_ids()) {
      throw where.below(entry.first)
          .error(entry.second, "the feature yields numbers, which have no embedding; remove this key");
    }
    embedding.push_back(entry);
  }
  config.embedding = Value(std::move(embedding), value.line);
  return config;
}

std::vector<ColumnRequest> columns_of(const FeatureConfig& config) {
  std::vector<ColumnRequest> columns = {{config.column, read_as(config.settings->kind())}};
  std::ranges::copy(config.settings->further_columns(), std::back_inserter(columns));
  return columns;
}

std::vector<FeatureConfig> read_features(const Value& value, const Where& where) {
  if (value.table() == nullptr)
    throw where.error(value, "got " + value.describe() + ", need a table of features");
  std::vector<FeatureConfig> configs;
  for (const auto& [name, entry] : *value.table())
    configs.push_back(read_feature(name, entry, where.below(name)));
  return configs;
}

Value write_feature(const FeatureConfig& config) {
  Value::Table table;
  table.emplace_back("kind", Value(std::string(config.settings->kind())));
  if (config.column != config.name && config.settings->own_column().empty())
    table.emplace_back("column", Value(config.column));
  const Value settings = config.settings->write();
  table.insert(table.end(), settings.table()->begin(), settings.table()->end());
  if (const Value::Table* embedding = config.embedding.table()) {
    table.insert(table.end(), embedding->begin(), embedding->end());
  }
  return Value(std::move(table));
}

}  // namespace shortlist
