#include "shortlist/train/data_columns.h"

#include <algorithm>

#include "shortlist/train/column_places.h"

namespace shortlist {
namespace {

// Leaves out optional columns that are missing.
std::vector<ColumnSpec> columns_to_read(const DataSpec& spec, const Table& table,
                                        const ReadOptions& options) {
  std::vector<ColumnSpec> columns = spec.columns;
  const bool splits = options.known == nullptr || options.known->split;
  std::erase_if(columns, [&](const ColumnSpec& column) {
    const bool needed = column.needed_for == NeededFor::labels  ? options.labels
                        : column.needed_for == NeededFor::split ? splits
                                                                : true;
    return !needed && !table.has_column(column.name);
  });
  return columns;
}

// A side table and its section of the config.
struct Side {
  const char* section;  // "items"
  const char* one;      // "item"
  const std::string& key;
  const std::string& id;  // the interactions' column that is compared with the key
};

class Joiner {
 public:
  Joiner(const Table& table, const ReadOptions& options, const FormColumn& form, DataColumns& data)
      : table_(table), options_(options), form_(form), data_(data) {
    for (CodedColumn& column : data.columns) form_of_[column.name] = form(column);
  }

  // Returns the number of the side table's rows without interactions.
  size_t join(const Side& of, const Table& table, const std::vector<ColumnRequest>& columns) {
    for (const std::string& note : table.notes()) data_.notes.push_back(note);
    SideTable side = read_side_table(table, of.key, form_of_[of.id], columns);
    data_.columns.reserve(data_.columns.size() + side.columns.size());  // keeps references valid
    CodedColumn& ids = data_.find(of.id);
    std::vector<uint32_t> row_of_id = match_rows(ids, side);
    note_unmatched(of, side, ids, row_of_id);
    for (CodedColumn& column : side.columns) form_(column);
    data_.side_fingerprints.emplace_back(of.section, side_fingerprint(side));
    const size_t others = options_.known == nullptr ? append_other_keys(side, ids, row_of_id) : 0;
    for (CodedColumn& column : side.columns) {
      data_.origins[column.name] = {.side_table = side.name, .date_format = table.source().date_format};
      data_.columns.push_back(join_column(std::move(column), row_of_id, ids.codes));
    }
    return others;
  }

 private:
  void note_unmatched(const Side& of, const SideTable& side, const CodedColumn& ids,
                      const std::vector<uint32_t>& row_of_id) {
    size_t all = 0, without = 0, rows = 0;
    for (uint32_t code = 0; code < ids.distinct(); ++code) {
      if (is_no_value(ids.values, code)) continue;
      ++all;
      without += row_of_id[code] == kNoRow ? 1 : 0;
    }
    if (without == 0) return;
    if (without == all && options_.known == nullptr) {
      throw data_error(
          "{}: column '{}' contains none of the {} values of '{}' in {}, such as '{}'; need the same ids in "
          "both",
          side.name, of.key, all, of.id, table_.source().describe(), ids.text(0));
    }
    for (const uint32_t code : ids.codes)
      rows += row_of_id[code] == kNoRow && !is_no_value(ids.values, code) ? 1 : 0;
    data_.notes.push_back(
        fmt::format("{} has no row for {} of {} {}s ({} of {} rows): its columns are missing there",
                    side.name, without, all, of.one, rows, data_.rows));
  }

  const Table& table_;
  const ReadOptions& options_;
  const FormColumn& form_;
  DataColumns& data_;
  std::map<std::string, TextForm> form_of_;  // forms of the interactions' columns
};

}  // namespace

CodedColumn& DataColumns::find(std::string_view name) {
  const auto at = std::ranges::find(columns, name, &CodedColumn::name);
  SHORTLIST_CHECK(at != columns.end());
  return *at;
}
const CodedColumn& DataColumns::find(std::string_view name) const {
  return const_cast<DataColumns*>(this)->find(name);
}

const DataColumns::Origin& DataColumns::origin(std::string_view column) const {
  const auto at = origins.find(column);
  SHORTLIST_CHECK(at != origins.end());
  return at->second;
}

DataColumns read_data_columns(const DataSpec& spec, const Table& table, const ReadOptions& options,
                              const FormColumn& form) {
  std::optional<Table> items, users;
  if (spec.items) items = Table::open(spec.items->source);
  if (spec.users) users = Table::open(spec.users->source);
  const ConfigTables tables{&table, items ? &*items : nullptr, users ? &*users : nullptr};
  const ColumnPlaces places = place_columns(spec, columns_to_read(spec, table, options), tables);
  DataColumns data;
  data.columns = code_columns(table, places.rows);
  data.rows = data.columns.front().codes.size();
  if (data.rows == 0) throw data_error("{}: has no rows", table.source().describe());
  for (const CodedColumn& column : data.columns)
    data.origins[column.name] = {.side_table = "", .date_format = table.source().date_format};
  Joiner joiner(table, options, form, data);
  if (items)
    data.other_items = joiner.join({"items", "item", spec.items->key, spec.id}, *items, places.items);
  if (users)
    data.other_users = joiner.join({"users", "user", spec.users->key, spec.user}, *users, places.users);
  return data;
}

DataFingerprint fingerprint_of(const DataColumns& data) {
  DataFingerprint fingerprint{.rows = data.rows};
  for (const CodedColumn& column : data.columns)
    fingerprint.columns.emplace_back(column.name, column_fingerprint(column, data.rows));
  fingerprint.side_tables = data.side_fingerprints;
  return fingerprint;
}

void throw_advised(const RowError& error, const DataColumns& columns, const CodedColumn& column,
                   uint32_t code) {
  const std::string& table = columns.origin(column.name).side_table;
  if (column.first_row[code] == kOfNoRow)
    throw NamedError(ErrorKind::data, fmt::format("{}: column '{}', of an id without a row: {}", table,
                                                  column.name, error.detail()));
  std::string message = error.in_column(column.name).at_row(column.first_row[code]).what();
  if (column.values.type == ColumnType::text && !column.values.is_missing(code))
    message += advice_on_number(column.values.texts[code]);
  if (table.empty()) throw data_error("{}", message);
  throw NamedError(ErrorKind::data, table + ": " + message);
}

}  // namespace shortlist
