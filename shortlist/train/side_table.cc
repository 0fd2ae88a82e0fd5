#include "shortlist/train/side_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "shortlist/base/error.h"
#include "shortlist/io/sha256.h"
#include "shortlist/model/data_fingerprint.h"
#include "shortlist/train/known_data.h"

namespace shortlist {
namespace {

void check_key(const CodedColumn& key, const std::string& table) {
  std::vector<uint32_t> row_of_code(key.distinct(), kNoRow);
  for (uint32_t row = 0; row < key.codes.size(); ++row) {
    const uint32_t code = key.codes[row];
    if (is_no_value(key.values, code))
      throw data_error("{}: row {}: column '{}' has no value, but it is the key of the table", table, row + 1,
                       key.name);
    if (row_of_code[code] != kNoRow) {
      throw data_error("{}: rows {} and {} have the same {}, '{}', but a key must be unique", table,
                       row_of_code[code] + 1, row + 1, key.name, key.text(code));
    }
    row_of_code[code] = row;
  }
}

// Appends a missing value to the distinct values.
void append_missing_value(Column& values) {
  values.missing.resize(values.rows);
  values.missing.push_back(1);
  ++values.rows;
  switch (values.type) {
    case ColumnType::text:
      values.texts.emplace_back();
      break;
    case ColumnType::integer:
      values.integers.push_back(0);
      break;
    case ColumnType::number:
    case ColumnType::time:
      values.numbers.push_back(0);
      break;
    case ColumnType::list:
      values.offsets.push_back(values.offsets.back());
      break;
  }
}

uint32_t code_of_missing(const Column& values) {
  for (uint32_t code = 0; code < values.missing.size(); ++code)
    if (values.missing[code] != 0) return code;
  return kNoRow;
}

// Converts the values to text if they cannot be merged with another column's integers.
void make_texts(CodedColumn& column) {
  if (column.values.type == ColumnType::text) return;
  Column texts;
  texts.rows = column.distinct();
  texts.missing = column.values.missing;
  for (uint32_t code = 0; code < column.distinct(); ++code)
    texts.texts.push_back(column.memory.emplace_back(column.text(code)));
  column.values = std::move(texts);
}

}  // namespace

SideTable read_side_table(const Table& table, const std::string& key, TextForm form,
                          const std::vector<ColumnRequest>& columns) {
  SideTable side{.name = table.source().describe(), .key = {}, .columns = {}};
  if (std::ranges::find(columns, key, &ColumnRequest::name) != columns.end()) {
    side.key = std::move(code_columns(table, {{key, ReadAs::text}}).front());
    side.columns = code_columns(table, columns);
  } else {
    std::vector<ColumnRequest> requests = columns;
    requests.push_back({key, ReadAs::text});
    side.columns = code_columns(table, requests);
    side.key = std::move(side.columns.back());
    side.columns.pop_back();
  }
  bring_into_form(side.key, form);
  check_key(side.key, side.name);
  return side;
}

std::string side_fingerprint(const SideTable& side) {
  Sha256 hash;
  hash.add(column_fingerprint(side.key));
  for (const CodedColumn& column : side.columns) hash.add(column.name + "\n" + column_fingerprint(column));
  return hash.hex();
}

std::vector<uint32_t> match_rows(const CodedColumn& ids, const SideTable& side) {
  std::unordered_map<std::string, uint32_t> rows;
  rows.reserve(side.rows());
  for (uint32_t row = 0; row < side.rows(); ++row) rows.emplace(side.key.text(side.key.codes[row]), row);
  std::vector<uint32_t> row_of_id;
  row_of_id.reserve(ids.distinct());
  for (uint32_t code = 0; code < ids.distinct(); ++code) {
    const auto at = is_no_value(ids.values, code) ? rows.end() : rows.find(ids.text(code));
    row_of_id.push_back(at == rows.end() ? kNoRow : at->second);
  }
  return row_of_id;
}

size_t append_other_keys(const SideTable& side, CodedColumn& ids, std::vector<uint32_t>& row_of_id) {
  std::vector<bool> matched(side.rows());
  for (uint32_t row : row_of_id)
    if (row != kNoRow) matched[row] = true;
  const bool integers = ids.values.type == ColumnType::integer && side.key.values.type == ColumnType::integer;
  size_t appended = 0;
  for (uint32_t row = 0; row < side.rows(); ++row) {
    if (matched[row]) continue;
    if (appended++ == 0 && !integers) make_texts(ids);
    const uint32_t key = side.key.codes[row];
    if (integers) {
      ids.values.integers.push_back(side.key.values.integers[key]);
    } else {
      ids.values.texts.push_back(ids.memory.emplace_back(side.key.text(key)));
    }
    if (!ids.values.missing.empty()) ids.values.missing.push_back(0);
    ++ids.values.rows;
    ids.codes.push_back(static_cast<uint32_t>(ids.distinct()));
    ids.first_row.push_back(ids.codes.size() - 1);
    row_of_id.push_back(row);
  }
  check_row_count(ids.codes.size());
  return appended;
}

CodedColumn join_column(CodedColumn column, const std::vector<uint32_t>& row_of_id,
                        const std::vector<uint32_t>& ids) {
  uint32_t missing = code_of_missing(column.values);
  if (missing == kNoRow) {
    missing = static_cast<uint32_t>(column.distinct());
    append_missing_value(column.values);
    column.first_row.push_back(kOfNoRow);
  }
  std::vector<uint32_t> place(column.distinct(), kNoRow), order;
  CodedColumn joined;
  joined.codes.reserve(ids.size());
  for (const uint32_t id : ids) {
    const uint32_t row = row_of_id[id], code = row == kNoRow ? missing : column.codes[row];
    if (place[code] == kNoRow) {
      place[code] = static_cast<uint32_t>(order.size());
      order.push_back(code);
    }
    joined.codes.push_back(place[code]);
  }
  joined.name = std::move(column.name);
  joined.values = take_rows(column.values, order);
  for (const uint32_t code : order) joined.first_row.push_back(column.first_row[code]);
  joined.memory = std::move(column.memory);
  return joined;
}

void append_missing(CodedColumn& column, size_t rows) {
  if (rows == 0) return;
  uint32_t missing = code_of_missing(column.values);
  if (missing == kNoRow) {
    missing = static_cast<uint32_t>(column.distinct());
    append_missing_value(column.values);
    column.first_row.push_back(kOfNoRow);
  }
  column.codes.insert(column.codes.end(), rows, missing);
}

}  // namespace shortlist
