#include "shortlist/train/data_columns.h"

#include <algorithm>

#include "shortlist/train/column_roles.h"

namespace shortlist {
namespace {

bool is_label(const Config& config, const std::string& name) {
  return name == positives_of(config) ||
         std::ranges::any_of(config.ranking, [&](const RankingConfig& r) { return r.label == name; });
}

// Leaves out optional columns that are missing.
std::vector<std::string> columns_to_read(const Config& config, const Table& table,
                                         const ReadOptions& options) {
  Config without_split = config;
  if (options.known != nullptr && !options.known->split) without_split.data.split = {};
  const std::vector<std::string> needed = needed_columns(without_split);
  std::vector<std::string> names = needed_columns(config);
  std::erase_if(names, [&](const std::string& name) {
    if (table.has_column(name)) return false;
    const bool for_split_alone = std::ranges::find(needed, name) == needed.end();
    return for_split_alone || (!options.labels && is_label(config, name));
  });
  return names;
}

std::vector<ColumnRequest> requests_of(const Config& config, const std::vector<std::string>& names) {
  const ColumnUses uses(config);
  std::vector<ColumnRequest> requests;
  for (const std::string& name : names) requests.push_back({name, uses.of(name)});
  return requests;
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
  Joiner(const Config& config, const Table& table, const ReadOptions& options, const FormColumn& form,
         DataColumns& data)
      : config_(config), table_(table), options_(options), form_(form), data_(data) {
    for (CodedColumn& column : data.columns) form_of_[column.name] = form(column);
  }

  // Returns the number of the side table's rows without interactions.
  size_t join(const Side& of, const Table& table, const std::vector<std::string>& names) {
    for (const std::string& note : table.notes()) data_.notes.push_back(note);
    SideTable side = read_side_table(table, of.key, form_of_[of.id], requests_of(config_, names));
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

  const Config& config_;
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

DataColumns read_data_columns(const Config& config, const Table& table, const ReadOptions& options,
                              const FormColumn& form) {
  std::optional<Table> items, users;
  if (config.items) items = Table::open(config.items->source());
  if (config.users) users = Table::open(config.users->source());
  const ConfigTables tables{&table, items ? &*items : nullptr, users ? &*users : nullptr};
  const ColumnPlaces places = place_columns(config, columns_to_read(config, table, options), tables);
  DataColumns data;
  data.columns = code_columns(table, requests_of(config, places.rows));
  data.rows = data.columns.front().codes.size();
  if (data.rows == 0) throw data_error("{}: has no rows", table.source().describe());
  for (const CodedColumn& column : data.columns)
    data.origins[column.name] = {.side_table = "", .date_format = table.source().date_format};
  Joiner joiner(config, table, options, form, data);
  if (items)
    data.other_items =
        joiner.join({"items", "item", config.items->key, config.candidate.id}, *items, places.items);
  if (users)
    data.other_users =
        joiner.join({"users", "user", config.users->key, config.data.user}, *users, places.users);
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
