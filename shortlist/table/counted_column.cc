#include "shortlist/table/counted_column.h"

#include <algorithm>
#include <deque>

#include "shortlist/base/error.h"
#include "shortlist/table/value_coder.h"

namespace shortlist {
namespace {

// A distinct value of a part.
struct Place {
  uint64_t first_row;
  const CountedColumn* part;
  uint32_t code;
};

// Collects values of one type, which is that of the table's column.
class ValueList {
 public:
  explicit ValueList(ColumnType type) { values_.type = type; }

  void add(const Column& from, uint32_t row) {
    values_.missing.push_back(from.is_missing(row) ? 1 : 0);
    ++values_.rows;
    switch (values_.type) {
      case ColumnType::text:
        return values_.texts.push_back(text(from, row));
      case ColumnType::integer:
        return values_.integers.push_back(from.integers[row]);
      case ColumnType::number:
      case ColumnType::time:
        return values_.numbers.push_back(from.numbers[row]);
      case ColumnType::list:
        return add_list(from, row);
    }
  }
  const Column& values() const { return values_; }

 private:
  // Texts that are integers are stored as integers, which print as the same texts.
  std::string_view text(const Column& from, uint32_t row) {
    if (from.is_missing(row)) return {};
    if (from.type == ColumnType::text) return from.texts[row];
    return memory_.emplace_back(std::to_string(from.integers[row]));
  }

  void add_list(const Column& from, uint32_t row) {
    if (values_.offsets.empty()) {
      values_.offsets.push_back(0);
      values_.elements = std::make_shared<Column>();
      values_.elements->type = from.elements->type;
    }
    Column& to = *values_.elements;
    for (uint32_t e = from.offsets[row]; e < from.offsets[row + 1]; ++e, ++to.rows) {
      if (to.type == ColumnType::text)
        to.texts.push_back(from.elements->texts[e]);
      else if (to.type == ColumnType::integer)
        to.integers.push_back(from.elements->integers[e]);
      else
        to.numbers.push_back(from.elements->numbers[e]);
    }
    values_.offsets.push_back(static_cast<uint32_t>(to.rows));
  }

  Column values_;
  std::deque<std::string> memory_;
};

}  // namespace

CountedColumn count_values(CodedColumn column, const std::vector<uint8_t>& selected) {
  SHORTLIST_CHECK(selected.size() == column.codes.size());
  CountedColumn counted;
  counted.all.resize(column.distinct());
  counted.selected.resize(column.distinct());
  for (size_t row = 0; row < column.codes.size(); ++row) {
    ++counted.all[column.codes[row]];
    counted.selected[column.codes[row]] += selected[row];
  }
  column.codes = {};
  counted.column = std::move(column);
  return counted;
}

CountedColumn join_parts(ColumnType type, const std::vector<const CountedColumn*>& parts) {
  std::vector<Place> places;
  for (const CountedColumn* part : parts)
    for (uint32_t code = 0; code < part->column.distinct(); ++code)
      places.push_back({part->column.first_row[code], part, code});
  std::ranges::sort(places, {}, &Place::first_row);
  ValueList list(type);
  for (const Place& place : places) list.add(place.part->column.values, place.code);
  CountedColumn joined;
  if (!parts.empty()) joined.column.name = parts.front()->column.name;
  joined.column.values.type = type;
  ValueCoder coder(joined.column);
  if (!places.empty()) coder.add(list.values(), 0);
  coder.finish();
  CodedColumn& column = joined.column;
  joined.all.resize(column.distinct());
  joined.selected.resize(column.distinct());
  for (uint64_t& first : column.first_row) first = places[first].first_row;
  for (size_t i = 0; i < places.size(); ++i) {
    joined.all[column.codes[i]] += places[i].part->all[places[i].code];
    joined.selected[column.codes[i]] += places[i].part->selected[places[i].code];
  }
  column.codes.resize(column.distinct());
  for (uint32_t code = 0; code < column.distinct(); ++code) column.codes[code] = code;
  return joined;
}

}  // namespace shortlist
