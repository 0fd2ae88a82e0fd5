#include "shortlist/table/coded_column.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <unordered_map>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

constexpr uint32_t kNone = UINT32_MAX;

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
    for (size_t r = 0; r < column.rows; ++r) out_.codes.push_back(code(column, r, first_row + r));
  }

 private:
  uint32_t code(const Column& column, size_t row, uint64_t table_row) {
    if (column.is_missing(row)) {
      if (missing_ == kNone) missing_ = append(column, row, table_row);
      return missing_;
    }
    switch (column.type) {
      case ColumnType::text:
        return text_code(column.texts[row], column, row, table_row);
      case ColumnType::integer:
        return number_code(static_cast<uint64_t>(column.integers[row]), column, row, table_row);
      case ColumnType::number:
      case ColumnType::time:
        // Negative zero is zero, and all NaNs are one value.
        return number_code(std::isnan(column.numbers[row])
                               ? ~uint64_t{0}
                               : std::bit_cast<uint64_t>(column.numbers[row] + 0.0),
                           column, row, table_row);
      case ColumnType::list:
        break;
    }
    list_key(column, row);
    return text_code(key_, column, row, table_row);
  }

  uint32_t text_code(std::string_view text, const Column& column, size_t row, uint64_t table_row) {
    if (const auto found = texts_.find(text); found != texts_.end()) return found->second;
    const uint32_t code = append(column, row, table_row);
    if (column.type == ColumnType::list) out_.memory.emplace_back(text);
    texts_.emplace(out_.memory.back(), code);
    return code;
  }

  uint32_t number_code(uint64_t key, const Column& column, size_t row, uint64_t table_row) {
    bool fresh = false;
    const uint32_t number = numbers_.number(key, &fresh);
    if (fresh) number_codes_.push_back(append(column, row, table_row));
    return number_codes_[number];
  }

  // A list's elements, each with its length before it.
  void list_key(const Column& column, size_t row) {
    key_.clear();
    const Column& elements = *column.elements;
    for (uint32_t i = column.offsets[row]; i < column.offsets[row + 1]; ++i) {
      if (elements.type == ColumnType::text) {
        const uint64_t size = elements.texts[i].size();
        key_.append(reinterpret_cast<const char*>(&size), sizeof size).append(elements.texts[i]);
      } else if (elements.type == ColumnType::integer) {
        key_.append(reinterpret_cast<const char*>(&elements.integers[i]), sizeof(int64_t));
      } else {
        key_.append(reinterpret_cast<const char*>(&elements.numbers[i]), sizeof(double));
      }
    }
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
  std::unordered_map<std::string_view, uint32_t> texts_;
  Numbering numbers_;
  std::vector<uint32_t> number_codes_;
  uint32_t missing_ = kNone;
  std::string key_;
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

std::vector<CodedColumn> code_columns(const Table& table, const std::vector<std::string>& names) {
  std::vector<CodedColumn> columns(names.size());
  std::deque<Coder> coders;
  for (size_t i = 0; i < names.size(); ++i) {
    columns[i].name = names[i];
    columns[i].values.type = table.columns()[table.column(names[i])].type;
    coders.emplace_back(columns[i]);
  }
  table.read(names, [&](const Chunk& chunk) {
    for (size_t i = 0; i < names.size(); ++i) coders[i].add(chunk.columns[i], chunk.first_row);
  });
  return columns;
}

uint32_t Numbering::number(uint64_t key, bool* fresh) {
  if (size_ * 2 >= entries_.size()) grow();
  const size_t mask = entries_.size() - 1;
  for (size_t at = mix64(key) & mask;; at = (at + 1) & mask) {
    Entry& entry = entries_[at];
    if (entry.used && entry.key != key) continue;
    if (fresh != nullptr) *fresh = !entry.used;
    if (!entry.used) entry = {key, static_cast<uint32_t>(size_++), true};
    return entry.number;
  }
}

void Numbering::grow() {
  std::vector<Entry> old(std::max<size_t>(64, entries_.size() * 2));
  old.swap(entries_);
  const size_t mask = entries_.size() - 1;
  for (const Entry& entry : old) {
    if (!entry.used) continue;
    size_t at = mix64(entry.key) & mask;
    while (entries_[at].used) at = (at + 1) & mask;
    entries_[at] = entry;
  }
}

std::vector<uint32_t> number_rows(const std::vector<const std::vector<uint32_t>*>& columns, size_t rows,
                                  std::vector<uint32_t>* first) {
  std::vector<uint32_t> numbers(rows, 0);
  for (size_t c = 0; c < columns.size(); ++c) {
    Numbering numbering;
    for (size_t r = 0; r < rows; ++r) {
      numbers[r] = numbering.number(static_cast<uint64_t>(numbers[r]) << 32 | (*columns[c])[r]);
    }
  }
  first->clear();
  for (size_t r = 0; r < rows; ++r) {
    if (numbers[r] == first->size()) first->push_back(static_cast<uint32_t>(r));
  }
  return numbers;
}

}  // namespace shortlist
