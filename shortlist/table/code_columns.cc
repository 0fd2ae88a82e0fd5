#include "shortlist/table/code_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "shortlist/base/error.h"
#include "shortlist/table/text_value.h"
#include "shortlist/table/value_coder.h"

namespace shortlist {

std::vector<CodedColumn> code_columns(const Table& table, const std::vector<ColumnRequest>& requests) {
  std::vector<CodedColumn> columns(requests.size());
  std::deque<ValueCoder> coders;
  for (size_t i = 0; i < requests.size(); ++i) {
    columns[i].name = requests[i].name;
    columns[i].values.type = table.columns()[table.column(requests[i].name)].type;
    coders.emplace_back(columns[i]);
  }
  table.read(requests, [&](const Chunk& chunk) {
    check_row_count(chunk.first_row + chunk.rows);
    for (size_t i = 0; i < requests.size(); ++i) coders[i].add(chunk.columns[i], chunk.first_row);
  });
  for (ValueCoder& coder : coders) coder.finish();
  return columns;
}

std::vector<CodedColumn> code_columns(const Table& table, const std::vector<std::string>& names) {
  std::vector<ColumnRequest> requests;
  for (const std::string& name : names) requests.push_back({name});
  return code_columns(table, requests);
}

void rewrite_values(CodedColumn& column, const std::vector<std::string>& texts) {
  Column rewritten;
  rewritten.rows = column.distinct();
  rewritten.missing = column.values.missing;
  for (uint32_t code = 0; code < column.distinct(); ++code)
    rewritten.texts.push_back(column.values.is_missing(code) ? std::string_view() : texts[code]);
  CodedColumn merged;
  merged.name = column.name;
  ValueCoder coder(merged);
  coder.add(rewritten, 0);
  coder.finish();
  const std::vector<uint32_t> new_code = std::move(merged.codes);
  std::vector<uint64_t> first_row(merged.distinct(), UINT64_MAX);
  for (uint32_t code = 0; code < column.distinct(); ++code)
    first_row[new_code[code]] = std::min(first_row[new_code[code]], column.first_row[code]);
  for (uint32_t& code : column.codes) code = new_code[code];
  column.values = std::move(merged.values);
  column.memory = std::move(merged.memory);
  column.first_row = std::move(first_row);
}

namespace {

size_t count_of(const std::vector<uint32_t>& numbers) {
  return numbers.empty() ? 0 : size_t{*std::ranges::max_element(numbers)} + 1;
}

// Numbers (a, b) pairs with a table of all possible pairs.
void join_by_table(std::vector<uint32_t>& a, const std::vector<uint32_t>& b, size_t b_count, size_t pairs) {
  std::vector<uint32_t> number_of(pairs, kNoCode);
  uint32_t next = 0;
  for (size_t r = 0; r < a.size(); ++r) {
    uint32_t& number = number_of[a[r] * b_count + b[r]];
    if (number == kNoCode) number = next++;
    a[r] = number;
  }
}

// The same for many possible pairs: rows with equal `a` are processed together, so that only `b`
// distinguishes them.
void join_by_group(std::vector<uint32_t>& a, size_t a_count, const std::vector<uint32_t>& b, size_t b_count) {
  std::vector<uint32_t> next(a_count + 1, 0), rows(a.size());
  for (uint32_t group : a) ++next[group + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  for (uint32_t r = 0; r < a.size(); ++r) rows[next[a[r]]++] = r;
  struct Seen {
    uint32_t group = kNoCode, first_row = 0;
  };
  std::vector<Seen> seen(b_count);
  // Initially, each row's number is the first row that has its pair.
  for (size_t i = 0; i < rows.size(); ++i) {
    constexpr size_t kAhead = 16;
    if (i + kAhead < rows.size()) {
      __builtin_prefetch(&b[rows[i + kAhead]]);
      __builtin_prefetch(&a[rows[i + kAhead]], 1);
    }
    const uint32_t r = rows[i];
    Seen& pair = seen[b[r]];
    if (pair.group != a[r]) pair = {a[r], r};
    a[r] = pair.first_row;
  }
  uint32_t count = 0;
  for (uint32_t r = 0; r < a.size(); ++r) a[r] = a[r] == r ? count++ : a[a[r]];
}

}  // namespace

std::vector<uint32_t> number_rows(const std::vector<const std::vector<uint32_t>*>& columns, size_t rows,
                                  std::vector<uint32_t>* first) {
  SHORTLIST_CHECK(rows <= kMostRows);
  std::vector<uint32_t> numbers(rows, 0);
  for (const std::vector<uint32_t>* column : columns) {
    const size_t known = count_of(numbers), codes = count_of(*column);
    const size_t small = std::max<size_t>(1 << 16, rows / 2);
    if (known * codes <= small || known == 1) {
      join_by_table(numbers, *column, codes, known * codes);
    } else {
      join_by_group(numbers, known, *column, codes);
    }
  }
  first->clear();
  first->reserve(count_of(numbers));
  for (size_t r = 0; r < rows; ++r) {
    if (numbers[r] == first->size()) first->push_back(static_cast<uint32_t>(r));
  }
  return numbers;
}

}  // namespace shortlist
