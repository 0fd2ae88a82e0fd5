#include "shortlist/train/counted_features.h"

#include <algorithm>

#include "shortlist/features/fingerprint.h"
#include "shortlist/table/code_columns.h"
#include "shortlist/table/read_range.h"
#include "shortlist/train/fit_features.h"
#include "shortlist/train/table_split.h"

namespace shortlist {
namespace {

std::vector<std::string> fitted_columns(const DataSpec& spec) {
  return FeatureMapFit(spec.features).columns();
}

ColumnRequest request_of(const DataSpec& spec, const std::string& name) {
  const auto found = std::ranges::find(spec.columns, name, &ColumnSpec::name);
  SHORTLIST_CHECK(found != spec.columns.end());
  return {name, found->read};
}

// The columns that a split reads.
std::vector<ColumnRequest> split_columns(const DataSpec& spec) {
  std::vector<std::string> names;
  if (spec.split.by == SplitBy::column || spec.split.has_times()) names.push_back(spec.split.column);
  if (spec.split.needs_user() && std::ranges::find(names, spec.split.user) == names.end())
    names.push_back(spec.split.user);
  std::vector<ColumnRequest> requests;
  for (const std::string& name : names) requests.push_back(request_of(spec, name));
  return requests;
}

// The rows of the whole table that features are fitted on.
std::vector<uint32_t> rows_to_fit(const DataSpec& spec, const Table& table, uint64_t table_rows) {
  DataColumns whole;
  whole.rows = table_rows;
  const std::vector<ColumnRequest> requests = split_columns(spec);
  if (!requests.empty()) whole.columns = code_columns(table, requests);
  ColumnForms forms;
  const FormColumn find_form = find_forms(spec, forms);
  for (CodedColumn& column : whole.columns) find_form(column);
  return with_name_of(table, [&] {
    Split split = split_rows(spec.split, whole);
    if (split.train.empty()) throw data_error("the split leaves no row to train on");
    return std::move(split.train);
  });
}

// A byte for each row of the range.
std::vector<uint8_t> select_rows(const DataSpec& spec, const Table& table, uint64_t table_rows,
                                 TableRange range) {
  if (spec.fit_on == FitRows::table) return std::vector<uint8_t>(range.size(), 1);
  std::vector<uint8_t> selected(range.size(), 0);
  for (const uint32_t row : rows_to_fit(spec, table, table_rows))
    if (row >= range.begin && row < range.end) selected[row - range.begin] = 1;
  return selected;
}

uint64_t hash_of(const CodedColumn& column, uint32_t code) {
  if (column.values.is_missing(code)) return 1;
  return fingerprint64(column.text(code)) | 2;
}

ColumnDigest digest_of(const CountedColumn& counted) {
  ColumnDigest digest;
  for (uint32_t code = 0; code < counted.column.distinct(); ++code) {
    const uint64_t hash = hash_of(counted.column, code);
    digest.all += hash * counted.all[code];
    digest.fitted += hash * counted.selected[code];
  }
  return digest;
}

ColumnDigest digest_of(const CodedColumn& column, size_t rows, const std::vector<uint32_t>* fitted) {
  std::vector<uint64_t> hashes;
  for (uint32_t code = 0; code < column.distinct(); ++code) hashes.push_back(hash_of(column, code));
  ColumnDigest digest;
  for (size_t row = 0; row < rows; ++row) digest.all += hashes[column.codes[row]];
  if (fitted == nullptr) digest.fitted = digest.all;
  if (fitted != nullptr)
    for (const uint32_t row : *fitted) digest.fitted += hashes[column.codes[row]];
  return digest;
}

ValueCounts counts_of(const CountedColumn& counted) {
  ValueCounts counts;
  for (uint32_t code = 0; code < counted.column.distinct(); ++code) {
    if (counted.selected[code] == 0) continue;
    counts.codes.push_back(code);
    counts.counts.push_back(static_cast<uint32_t>(counted.selected[code]));
  }
  return counts;
}

}  // namespace

CountedShard count_shard(const DataSpec& spec, const Table& table, Shard shard) {
  if (spec.items || spec.users)
    throw usage_error(
        "fit: the config has a table in [{}], whose columns are not in the shards of [data]; join it to "
        "[data], "
        "or train without --features",
        spec.items ? "items" : "users");
  CountedShard counted{.table_rows = table.rows()};
  if (counted.table_rows == 0) throw data_error("{}: has no rows", table.source().describe());
  check_row_count(counted.table_rows);
  const TableRange range = shard.of(counted.table_rows);
  const std::vector<uint8_t> selected = select_rows(spec, table, counted.table_rows, range);
  counted.rows = range.size();
  for (const uint8_t is_selected : selected) counted.fitted += is_selected;
  std::vector<ColumnRequest> requests;
  for (const std::string& name : fitted_columns(spec)) requests.push_back(request_of(spec, name));
  for (CodedColumn& column : code_range(table, requests, range)) {
    counted.types.push_back(table.columns()[table.column(column.name)].type);
    counted.columns.push_back(count_values(std::move(column), selected));
  }
  return counted;
}

FittedFeatures fit_counted(const DataSpec& spec, std::vector<CountedColumn> counted, uint64_t rows,
                           const std::string& date_format) {
  FittedFeatures fitted{.rows = rows};
  DataColumns columns;
  columns.rows = rows;
  ColumnForms forms;
  const FormColumn find_form = find_forms(spec, forms);
  std::map<std::string, ValueCounts> counts;
  for (CountedColumn& column : counted) {
    change_values(column, [&](CodedColumn& values) { find_form(values); });
    counts[column.column.name] = counts_of(column);
    fitted.digests[column.column.name] = digest_of(column);
    fitted.fitted = 0;
    for (const uint64_t count : column.selected) fitted.fitted += count;
    columns.origins[column.column.name] = {.side_table = "", .date_format = date_format};
    columns.columns.push_back(std::move(column.column));
  }
  const CountValues count = [&](const CodedColumn& column) { return counts.at(column.name); };
  fitted.features = fit_features(spec, columns, count, std::move(forms));
  return fitted;
}

FeatureMap use_fitted(const FittedFeatures& fitted, const DataColumns& columns,
                      const std::vector<uint32_t>* rows, ColumnForms forms) {
  if (fitted.rows != columns.rows)
    throw data_error("{} was fitted on a table with {} rows, and this one has {}", fitted.file, fitted.rows,
                     columns.rows);
  for (const auto& [name, digest] : fitted.digests) {
    const ColumnDigest own = digest_of(columns.find(name), columns.rows, rows);
    if (own.all != digest.all)
      throw data_error("{} was fitted on another table: column '{}' had other values there", fitted.file,
                       name);
    if (own.fitted != digest.fitted)
      throw data_error("{} was fitted on other rows of this table: the split differs", fitted.file);
  }
  std::vector<FeatureMap::Entry> entries;
  for (size_t i = 0; i < fitted.features.size(); ++i) entries.push_back(fitted.features[i]);
  return FeatureMap(std::move(entries), std::move(forms));
}

}  // namespace shortlist
