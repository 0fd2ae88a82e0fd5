#include "shortlist/train/column_roles.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/base/value.h"
#include "shortlist/features/feature_map.h"

namespace shortlist {
namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (!name.empty() && !contains(names, name)) names.push_back(name);
}

std::vector<std::string> columns_of(const Config& config, const TowerConfig& tower) {
  std::vector<std::string> names;
  for (const std::string& feature : tower.features) add_once(names, config.feature(feature).column);
  for (const AttributeConfig& attribute : tower.attributes) add_once(names, attribute.column);
  return names;
}

bool has(const Table* table, const std::string& column) {
  return table != nullptr && table->has_column(column);
}

std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  for (const ColumnInfo& column : table.columns()) names.push_back(column.name);
  return names;
}

// Two tables have the column and may disagree.
[[noreturn]] void throw_ambiguous(const std::string& column, const Table& rows, const Table& side,
                                  const char* section) {
  throw data_error(
      "column '{0}' is in both {1} and {2}, so it is ambiguous; rename one of them, such as by sql = "
      "\"SELECT * RENAME ({0} AS {3}_{0}) FROM ...\" in [{3}]",
      column, rows.source().describe(), side.source().describe(), section);
}

// No table has the column.
[[noreturn]] void throw_absent(const std::string& column, const ConfigTables& tables) {
  std::vector<std::string> all;
  std::string where;
  for (const Table* table : {tables.rows, tables.items, tables.users}) {
    if (table == nullptr) continue;
    const std::vector<std::string> names = names_of(*table);
    all.insert(all.end(), names.begin(), names.end());
    where += fmt::format("{}{}: {}", where.empty() ? "" : "; ", table->source().describe(),
                         fmt::join(names, ", "));
  }
  const std::string near = nearest(column, all);
  throw data_error("no table has a column '{}'{} ({})", column,
                   near.empty() ? "" : fmt::format("; did you mean '{}'?", near), where);
}

class Places {
 public:
  Places(const Config& config, const ConfigTables& tables)
      : tables_(tables),
        ids_{config.candidate.id, config.data.user},
        query_(columns_of(config, config.query)),
        candidate_(columns_of(config, config.candidate)) {
    if (tables.items != nullptr && tables.users != nullptr && contains(candidate_, config.data.user))
      throw data_error("column '{}' names the user, so it cannot be a column of the candidate with [items]",
                       config.data.user);
  }

  void place(const std::string& column) {
    const bool asked = contains(query_, column), described = contains(candidate_, column);
    if (contains(ids_, column) || (!asked && !described)) return places.rows.push_back(column);
    const bool in_rows = has(tables_.rows, column), in_items = has(tables_.items, column),
               in_users = has(tables_.users, column);
    if (described && in_items && in_rows) throw_ambiguous(column, *tables_.rows, *tables_.items, "items");
    if (asked && in_users && in_rows) throw_ambiguous(column, *tables_.rows, *tables_.users, "users");
    if (in_rows) return places.rows.push_back(column);
    if (described && !asked && in_items) return places.items.push_back(column);
    if (asked && !described && in_users) return places.users.push_back(column);
    if (asked && in_items) throw_of_other_side(column, "query", *tables_.items, "items");
    if (described && in_users) throw_of_other_side(column, "candidate", *tables_.users, "users");
    throw_absent(column, tables_);
  }

  ColumnPlaces places;

 private:
  [[noreturn]] static void throw_of_other_side(const std::string& column, const char* tower,
                                               const Table& table, const char* section) {
    throw data_error("column '{}': the {} uses it, but it is in {}, which [{}] joins to the other tower",
                     column, tower, table.source().describe(), section);
  }

  const ConfigTables& tables_;
  const std::vector<std::string> ids_, query_, candidate_;
};

}  // namespace

std::vector<std::string> candidate_columns(const Config& config) {
  return columns_of(config, config.candidate);
}

std::string positives_of(const Config& config) {
  return config.retrieval ? config.retrieval->positives : std::string();
}

std::vector<std::string> used_features(const Config& config) {
  std::vector<std::string> names;
  for (const std::string& name : config.query.features) add_once(names, name);
  for (const std::string& name : config.candidate.features) add_once(names, name);
  return names;
}

std::vector<std::string> needed_columns(const Config& config) {
  std::vector<std::string> names;
  for (const std::string& feature : used_features(config)) add_once(names, config.feature(feature).column);
  add_once(names, config.candidate.id);
  for (const AttributeConfig& attribute : config.candidate.attributes) add_once(names, attribute.column);
  for (const RankingConfig& ranking : config.ranking) add_once(names, ranking.label);
  add_once(names, config.data.weight);
  add_once(names, positives_of(config));
  add_once(names, config.data.user);
  const SplitBy by = config.data.split.by;
  if (by == SplitBy::column || by == SplitBy::time) add_once(names, config.data.split.column);
  return names;
}

ColumnUses::ColumnUses(const Config& config) {
  for (const std::string& name : used_features(config)) {
    const FeatureConfig& feature = config.feature(name);
    const std::string_view kind = feature.settings->kind();
    add(feature.column, read_as(kind));
    if (kind != "text" && includes(read_as(kind), ReadAs::text)) compared_.insert(feature.column);
  }
  for (const std::string& column : {config.candidate.id, config.data.user}) {
    add(column, ReadAs::text);
    compared_.insert(column);
  }
  for (const AttributeConfig& attribute : config.candidate.attributes) add(attribute.column, ReadAs::text);
  for (const RankingConfig& ranking : config.ranking) add(ranking.label, ReadAs::number);
  add(config.data.weight, ReadAs::number);
  add(positives_of(config), ReadAs::number);
  const SplitConfig& split = config.data.split;
  if (split.by == SplitBy::column) add(split.column, ReadAs::text);
  if (split.by == SplitBy::time) add(split.column, ReadAs::time);
}

ReadAs ColumnUses::of(const std::string& column) const {
  const auto at = uses_.find(column);
  return at == uses_.end() ? ReadAs::stored : at->second;
}

void ColumnUses::add(const std::string& column, ReadAs use) { uses_[column] = of(column) | use; }

ColumnPlaces place_columns(const Config& config, const std::vector<std::string>& names,
                           const ConfigTables& tables) {
  if (tables.items == nullptr && tables.users == nullptr) return {.rows = names, .items = {}, .users = {}};
  Places places(config, tables);
  for (const std::string& name : names) places.place(name);
  return std::move(places.places);
}

}  // namespace shortlist
