#include "shortlist/table/coded_column.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>

#include "shortlist/base/error.h"
#include "shortlist/base/prefetch.h"
#include "shortlist/base/random.h"

namespace shortlist {
namespace {

constexpr uint32_t kNone = UINT32_MAX;

// Codes by the hashes of their values: open addressing, at most half full.
class CodeTable {
 public:
  CodeTable() : slots_(64) {}

  void prefetch(uint64_t hash) const { shortlist::prefetch(&slots_[hash & mask()]); }
  // The code whose value has this hash and is_equal(code), or kNone.
  template <typename IsEqual>
  uint32_t find(uint64_t hash, IsEqual is_equal) const {
    for (size_t at = hash & mask(); slots_[at].code != kNone; at = (at + 1) & mask()) {
      if (slots_[at].hash == hash && is_equal(slots_[at].code)) return slots_[at].code;
    }
    return kNone;
  }
  void insert(uint64_t hash, uint32_t code) {
    if (2 * ++size_ > slots_.size()) {
      std::vector<Slot> old(2 * slots_.size());
      old.swap(slots_);
      for (const Slot& slot : old) {
        if (slot.code != kNone) place(slot);
      }
    }
    place({hash, code});
  }

 private:
  struct Slot {
    uint64_t hash = 0;
    uint32_t code = kNone;
  };
  size_t mask() const { return slots_.size() - 1; }
  void place(const Slot& slot) {
    size_t at = slot.hash & mask();
    while (slots_[at].code != kNone) at = (at + 1) & mask();
    slots_[at] = slot;
  }

  std::vector<Slot> slots_;
  size_t size_ = 0;
};

// Negative zero is zero, and all NaNs are one value.
uint64_t number_key(double number) {
  return std::isnan(number) ? ~uint64_t{0} : std::bit_cast<uint64_t>(number + 0.0);
}

// Codes the values of one column as chunks come by.
class Coder {
 public:
  explicit Coder(CodedColumn& out) : out_(out) {}

  void add(const Column& column, uint64_t first_row) {
    out_.values.type = column.type;
    if (out_.values.elements == nullptr && column.elements != nullptr) {
      out_.values.elements = std::make_shared<Column>();
      out_.values.elements->type = column.elements->type;
      out_.values.offsets.assign(1, 0);
    }
    switch (column.type) {
      case ColumnType::text:
        add_values(
            column, first_row, [&](size_t r) { return std::hash<std::string_view>()(column.texts[r]); },
            [&](size_t r, uint32_t code) { return out_.values.texts[code] == column.texts[r]; });
        break;
      case ColumnType::integer:
        add_values(
            column, first_row, [&](size_t r) { return mix64(static_cast<uint64_t>(column.integers[r])); },
            [&](size_t r, uint32_t code) { return out_.values.integers[code] == column.integers[r]; });
        break;
      case ColumnType::number:
      case ColumnType::time:
        add_values(
            column, first_row, [&](size_t r) { return mix64(number_key(column.numbers[r])); },
            [&](size_t r, uint32_t code) {
              return number_key(out_.values.numbers[code]) == number_key(column.numbers[r]);
            });
        break;
      case ColumnType::list:
        add_values(
            column, first_row, [&](size_t r) { return std::hash<std::string_view>()(list_key(column, r)); },
            [&](size_t r, uint32_t code) { return list_key(out_.values, code) == list_key(column, r); });
        break;
    }
  }

 private:
  // All hashes first, so that the table's slots are on their way when they are needed.
  template <typename Hash, typename IsEqual>
  void add_values(const Column& column, uint64_t first_row, Hash hash, IsEqual is_equal) {
    constexpr size_t kAhead = 16;
    hashes_.resize(column.rows);
    for (size_t r = 0; r < column.rows; ++r) hashes_[r] = column.is_missing(r) ? 0 : hash(r);
    for (size_t r = 0; r < column.rows; ++r) {
      if (r + kAhead < column.rows) table_.prefetch(hashes_[r + kAhead]);
      uint32_t code = missing_;
      if (!column.is_missing(r)) {
        code =
            table_.find(hashes_[r], [&](uint32_t known) { return known != missing_ && is_equal(r, known); });
      }
      if (code == kNone) {
        code = append(column, r, first_row + r);
        if (column.is_missing(r)) {
          missing_ = code;
        } else {
          table_.insert(hashes_[r], code);
        }
      }
      out_.codes.push_back(code);
    }
  }

  // A list's elements, each text with its length before it.
  static std::string list_key(const Column& column, size_t row) {
    std::string key;
    const Column& elements = *column.elements;
    for (uint32_t i = column.offsets[row]; i < column.offsets[row + 1]; ++i) {
      if (elements.type == ColumnType::text) {
        const uint64_t size = elements.texts[i].size();
        key.append(reinterpret_cast<const char*>(&size), sizeof size).append(elements.texts[i]);
      } else if (elements.type == ColumnType::integer) {
        key.append(reinterpret_cast<const char*>(&elements.integers[i]), sizeof(int64_t));
      } else {
        key.append(reinterpret_cast<const char*>(&elements.numbers[i]), sizeof(double));
      }
    }
    return key;
  }

  uint32_t append(const Column& column, size_t row, uint64_t table_row) {
    Column& to = out_.values;
    const bool missing = column.is_missing(row);
    if (missing && to.missing.empty()) to.missing.assign(to.rows, 0);
    if (missing || !to.missing.empty()) to.missing.push_back(missing);
    switch (column.type) {
      case ColumnType::text:
        to.texts.push_back(missing ? std::string_view() : keep(column.texts[row]));
        break;
      case ColumnType::integer:
        to.integers.push_back(missing ? 0 : column.integers[row]);
        break;
      case ColumnType::number:
      case ColumnType::time:
        to.numbers.push_back(missing ? 0 : column.numbers[row]);
        break;
      case ColumnType::list:
        append_list(column, row);
        break;
    }
    out_.first_row.push_back(table_row);
    return static_cast<uint32_t>(to.rows++);
  }

  void append_list(const Column& column, size_t row) {
    const Column& from = *column.elements;
    Column& to = *out_.values.elements;
    for (uint32_t i = column.offsets[row]; !column.is_missing(row) && i < column.offsets[row + 1];
         ++i, ++to.rows) {
      if (from.type == ColumnType::text) {
        to.texts.push_back(keep(from.texts[i]));
      } else if (from.type == ColumnType::integer) {
        to.integers.push_back(from.integers[i]);
      } else {
        to.numbers.push_back(from.numbers[i]);
      }
    }
    out_.values.offsets.push_back(static_cast<uint32_t>(to.rows));
  }

  std::string_view keep(std::string_view text) { return out_.memory.emplace_back(text); }

  CodedColumn& out_;
  CodeTable table_;
  std::vector<uint64_t> hashes_;
  uint32_t missing_ = kNone;
};

std::string number_text(double number) {
  return number == std::floor(number) && std::abs(number) < 1e15 ? fmt::format("{:.0f}", number)
                                                                 : fmt::format("{}", number);
}

std::string element_text(const Column& column, size_t i) {
  if (column.is_missing(i)) return "";
  if (column.type == ColumnType::text) return std::string(column.texts[i]);
  if (column.type == ColumnType::integer) return fmt::format("{}", column.integers[i]);
  return number_text(column.numbers[i]);
}

}  // namespace

std::string CodedColumn::text(uint32_t code) const {
  if (values.type != ColumnType::list) return element_text(values, code);
  std::string joined;
  for (uint32_t i = values.offsets[code]; i < values.offsets[code + 1]; ++i) {
    joined += (joined.empty() ? "" : ", ") + element_text(*values.elements, i);
  }
  return joined;
}

void check_row_count(uint64_t rows) {
  if (rows > kMostRows)
    throw data_error("the table has {} rows or more, need at most {}; leave some out, or take a sample", rows,
                     kMostRows);
}

std::vector<CodedColumn> code_columns(const Table& table, const std::vector<std::string>& names) {
  std::vector<CodedColumn> columns(names.size());
  std::deque<Coder> coders;
  for (size_t i = 0; i < names.size(); ++i) {
    columns[i].name = names[i];
    columns[i].values.type = table.columns()[table.column(names[i])].type;
    coders.emplace_back(columns[i]);
  }
  table.read(names, [&](const Chunk& chunk) {
    check_row_count(chunk.first_row + chunk.rows);
    for (size_t i = 0; i < names.size(); ++i) coders[i].add(chunk.columns[i], chunk.first_row);
  });
  return columns;
}

namespace {

size_t count_of(const std::vector<uint32_t>& numbers) {
  return numbers.empty() ? 0 : size_t{*std::ranges::max_element(numbers)} + 1;
}

// Numbers (a, b) pairs through a table of all that could be.
void join_by_table(std::vector<uint32_t>& a, const std::vector<uint32_t>& b, size_t b_count, size_t pairs) {
  std::vector<uint32_t> number_of(pairs, kNone);
  uint32_t next = 0;
  for (size_t r = 0; r < a.size(); ++r) {
    uint32_t& number = number_of[a[r] * b_count + b[r]];
    if (number == kNone) number = next++;
    a[r] = number;
  }
}

// The same for pairs of many: rows of equal `a` are looked at together, and then only `b` tells them apart.
void join_by_group(std::vector<uint32_t>& a, size_t a_count, const std::vector<uint32_t>& b, size_t b_count) {
  std::vector<uint32_t> next(a_count + 1, 0), rows(a.size());
  for (uint32_t group : a) ++next[group + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  for (uint32_t r = 0; r < a.size(); ++r) rows[next[a[r]]++] = r;
  struct Seen {
    uint32_t group = kNone, first_row = 0;
  };
  std::vector<Seen> seen(b_count);
  // Each row's number is at first the row where its pair stood first.
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
