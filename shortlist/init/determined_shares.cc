#include "shortlist/init/determined_shares.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <string_view>

#include "shortlist/base/random.h"
#include "shortlist/features/cell.h"
#include "shortlist/features/list_values.h"
#include "shortlist/table/code_columns.h"
#include "shortlist/table/coded_column.h"

namespace shortlist {
namespace {

constexpr size_t kMostStates = size_t{1} << 24;

// The values of one column for one key.
struct State {
  uint64_t value = 0;  // hash of the first value
  uint32_t rows = 0;
  bool one = true;
};

// Hashes a set: independent of the order of its values and of repetitions.
uint64_t hash_of_set(std::vector<uint64_t> values) {
  std::ranges::sort(values);
  const auto repeated = std::ranges::unique(values);
  values.erase(repeated.begin(), repeated.end());
  uint64_t hash = 0;
  for (const uint64_t value : values) hash = mix64(hash ^ mix64(value));
  return hash;
}

uint64_t hash_of(const Column& column, size_t row) {
  switch (column.type) {
    case ColumnType::text:
      return std::hash<std::string_view>()(column.texts[row]);
    case ColumnType::integer:
      return mix64(static_cast<uint64_t>(column.integers[row]));
    case ColumnType::number:
    case ColumnType::time:
      return mix64(std::bit_cast<uint64_t>(column.numbers[row] + 0.0));
    case ColumnType::list:
      break;
  }
  std::vector<uint64_t> values;
  for (uint32_t i = column.offsets[row]; i < column.offsets[row + 1]; ++i)
    values.push_back(hash_of(*column.elements, i));
  return hash_of_set(std::move(values));
}

// Hashes the values of a list in a text, in any order.
uint64_t hash_of_parts(std::string_view text, const std::string& separator) {
  std::vector<uint64_t> values;
  try {
    each_list_value(text, separator, 0,
                    [&](std::string_view value) { values.push_back(std::hash<std::string_view>()(value)); });
  } catch (const RowError&) {
    return std::hash<std::string_view>()(text);
  }
  return hash_of_set(std::move(values));
}

void add(const Column& column, const std::string& separator, const uint32_t* codes, State* states) {
  const bool parts = !separator.empty() && column.type == ColumnType::text;
  for (size_t row = 0; row < column.rows; ++row) {
    if (column.is_missing(row)) continue;
    State& state = states[codes[row]];
    const uint64_t value = parts ? hash_of_parts(column.texts[row], separator) : hash_of(column, row);
    if (state.rows++ == 0) state.value = value;
    state.one = state.one && state.value == value;
  }
}

double share_of(const State* states, size_t keys) {
  uint64_t determined = 0, all = 0;
  for (size_t key = 0; key < keys; ++key) {
    if (states[key].rows < 2) continue;
    all += states[key].rows;
    determined += states[key].one ? states[key].rows : 0;
  }
  return all == 0 ? 0 : static_cast<double>(determined) / static_cast<double>(all);
}

}  // namespace

std::vector<double> determined_shares(const Table& table, const std::string& key,
                                      const std::vector<DeterminedColumn>& columns) {
  std::vector<std::string> names;
  for (const DeterminedColumn& column : columns) names.push_back(column.name);
  const std::vector<CodedColumn> coded = code_columns(table, std::vector<std::string>{key});
  const std::vector<uint32_t>& codes = coded.front().codes;
  const size_t keys = coded.front().distinct();
  const size_t at_once = std::max<size_t>(1, kMostStates / std::max<size_t>(1, keys));
  std::vector<double> shares;
  for (size_t first = 0; first < columns.size(); first += at_once) {
    const size_t count = std::min(at_once, columns.size() - first);
    std::vector<State> states(count * keys);
    table.read(std::span(names).subspan(first, count), [&](const Chunk& chunk) {
      for (size_t c = 0; c < count; ++c)
        add(chunk.columns[c], columns[first + c].separator, codes.data() + chunk.first_row,
            states.data() + c * keys);
    });
    for (size_t c = 0; c < count; ++c) shares.push_back(share_of(states.data() + c * keys, keys));
  }
  return shares;
}

}  // namespace shortlist
