#include "shortlist/train/column_places.h"

#include <fmt/ranges.h>

#include "shortlist/base/value.h"

namespace shortlist {
namespace {

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
  Places(const DataSpec& spec, const ConfigTables& tables) : spec_(spec), tables_(tables) {}

  void place(const ColumnSpec& column) { of(column).push_back({column.name, column.read}); }

  ColumnPlaces places;

 private:
  std::vector<ColumnRequest>& of(const ColumnSpec& column) {
    const std::string& name = column.name;
    if (name == spec_.user && column.candidate && tables_.items != nullptr && tables_.users != nullptr)
      throw data_error("column '{}' names the user, so the items cannot have it as a feature or attribute",
                       name);
    if (name == spec_.id || name == spec_.user || (!column.query && !column.candidate)) return places.rows;
    const bool in_rows = has(tables_.rows, name), in_items = has(tables_.items, name),
               in_users = has(tables_.users, name);
    if (column.candidate && in_items && in_rows)
      throw_ambiguous(name, *tables_.rows, *tables_.items, "items");
    if (column.query && in_users && in_rows) throw_ambiguous(name, *tables_.rows, *tables_.users, "users");
    if (in_rows) return places.rows;
    if (column.candidate && !column.query && in_items) return places.items;
    if (column.query && !column.candidate && in_users) return places.users;
    if (column.query && in_items) throw_of_other_side(name, "query", *tables_.items, "items");
    if (column.candidate && in_users) throw_of_other_side(name, "item", *tables_.users, "users");
    throw_absent(name, tables_);
  }

  [[noreturn]] static void throw_of_other_side(const std::string& column, const char* tower,
                                               const Table& table, const char* section) {
    throw data_error("column '{}': the {} uses it, but it is in {}, which [{}] joins to the other tower",
                     column, tower, table.source().describe(), section);
  }

  const DataSpec& spec_;
  const ConfigTables& tables_;
};

}  // namespace

ColumnPlaces place_columns(const DataSpec& spec, const std::vector<ColumnSpec>& columns,
                           const ConfigTables& tables) {
  Places places(spec, tables);
  if (tables.items == nullptr && tables.users == nullptr) {
    for (const ColumnSpec& column : columns) places.places.rows.push_back({column.name, column.read});
  } else {
    for (const ColumnSpec& column : columns) places.place(column);
  }
  return std::move(places.places);
}

}  // namespace shortlist
