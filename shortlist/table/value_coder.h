// Assigns a number to each distinct value of a column, chunk by chunk. Only for the sources of this module.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/base/prefetch.h"
#include "shortlist/base/random.h"
#include "shortlist/table/coded_column.h"
#include "shortlist/table/text_value.h"

namespace shortlist {

inline constexpr uint32_t kNoCode = UINT32_MAX;

// Finds codes by the hashes of their values: open addressing, at most half full.
class CodeTable {
 public:
  CodeTable() : slots_(64) {}

  void prefetch(uint64_t hash) const { shortlist::prefetch(&slots_[hash & mask()]); }
  // The code whose value has this hash and for which is_equal(code) is true, or kNoCode.
  template <typename IsEqual>
  uint32_t find(uint64_t hash, IsEqual is_equal) const {
    for (size_t at = hash & mask(); slots_[at].code != kNoCode; at = (at + 1) & mask()) {
      if (slots_[at].hash == hash && is_equal(slots_[at].code)) return slots_[at].code;
    }
    return kNoCode;
  }
  void insert(uint64_t hash, uint32_t code) {
    if (2 * ++size_ > slots_.size()) {
      std::vector<Slot> old(2 * slots_.size());
      old.swap(slots_);
      for (const Slot& slot : old) {
        if (slot.code != kNoCode) place(slot);
      }
    }
    place({hash, code});
  }

 private:
  struct Slot {
    uint64_t hash = 0;
    uint32_t code = kNoCode;
  };
  size_t mask() const { return slots_.size() - 1; }
  void place(const Slot& slot) {
    size_t at = slot.hash & mask();
    while (slots_[at].code != kNoCode) at = (at + 1) & mask();
    slots_[at] = slot;
  }

  std::vector<Slot> slots_;
  size_t size_ = 0;
};

// Negative zero equals zero, and all NaNs are one value.
inline uint64_t number_key(double number) {
  return std::isnan(number) ? ~uint64_t{0} : std::bit_cast<uint64_t>(number + 0.0);
}

// Assigns codes to the values of one column, chunk by chunk.
class ValueCoder {
 public:
  // If `counts` is given, counts the rows of each code there instead of storing each row's code.
  explicit ValueCoder(CodedColumn& out, std::vector<uint64_t>* counts = nullptr)
      : out_(out), counts_(counts) {}

  void add(const Column& column, uint64_t first_row) {
    if (column.type == ColumnType::text && texts_are_integers_) {
      if (parse_integers(column)) {
        add_typed(integers_, first_row);
        return;
      }
      become_texts();
    }
    add_typed(column, first_row);
  }

  // Approximate memory of the values and their table.
  size_t bytes() const {
    constexpr size_t kBytesAValue = 48;
    size_t texts = 0;
    for (const std::string& block : out_.memory) texts += block.capacity();
    return texts + kBytesAValue * out_.distinct();
  }

  // To be called after the last chunk.
  void finish() {
    const bool all_missing = out_.distinct() == (missing_ == kNoCode ? 0 : 1);
    if (integers_.rows > 0 && texts_are_integers_ && all_missing) become_texts();
  }

 private:
  // Parses the column's texts as integers; false if one is not a canonical integer.
  bool parse_integers(const Column& column) {
    integers_.type = ColumnType::integer;
    integers_.rows = column.rows;
    integers_.missing = column.missing;
    integers_.integers.resize(column.rows);
    for (size_t r = 0; r < column.rows; ++r) {
      integers_.integers[r] = 0;
      if (!column.is_missing(r) && !parse_canonical_integer(column.texts[r], integers_.integers[r]))
        return false;
    }
    return true;
  }

  // A text is not an integer, so the values so far become texts too.
  void become_texts() {
    texts_are_integers_ = false;
    Column& values = out_.values;
    values.type = ColumnType::text;
    table_ = CodeTable();
    for (uint32_t code = 0; code < values.rows; ++code) {
      if (values.is_missing(code)) {
        values.texts.emplace_back();
        continue;
      }
      values.texts.push_back(keep(std::to_string(values.integers[code])));
      table_.insert(std::hash<std::string_view>()(values.texts.back()), code);
    }
    values.integers.clear();
  }

  void add_typed(const Column& column, uint64_t first_row) {
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

  // Computes all hashes first, so that the table's slots are prefetched before they are needed.
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
      if (code == kNoCode) {
        code = append(column, r, first_row + r);
        if (column.is_missing(r)) {
          missing_ = code;
        } else {
          table_.insert(hashes_[r], code);
        }
      }
      if (counts_ == nullptr) {
        out_.codes.push_back(code);
      } else {
        counts_->resize(out_.first_row.size());
        ++(*counts_)[code];
      }
    }
  }

  // A list's elements; each text is preceded by its length.
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

  // Stores texts contiguously in large blocks, which never grow.
  std::string_view keep(std::string_view text) {
    constexpr size_t kLeastBytes = size_t{1} << 10, kMostDoublings = 13;
    if (out_.memory.empty() || out_.memory.back().capacity() - out_.memory.back().size() < text.size()) {
      const size_t bytes = kLeastBytes << std::min(out_.memory.size(), kMostDoublings);
      out_.memory.emplace_back().reserve(std::max(bytes, text.size()));
    }
    std::string& block = out_.memory.back();
    block += text;
    return std::string_view(block).substr(block.size() - text.size());
  }

  CodedColumn& out_;
  std::vector<uint64_t>* const counts_;
  bool texts_are_integers_ = true;
  Column integers_;
  CodeTable table_;
  std::vector<uint64_t> hashes_;
  uint32_t missing_ = kNoCode;
};

}  // namespace shortlist
