#include "shortlist/features/cell.h"

#include <charconv>
#include <cmath>

#include "shortlist/features/utf8.h"

namespace shortlist {
namespace {

constexpr size_t kShownBytes = 40;

RowError list_error(size_t row) {
  return RowError(row, "got a list, need one value (the kinds categories and vector take lists)");
}

// Reads numeric types; returns false for a missing value. The caller handles text.
bool read_numeric(const Column& column, size_t row, double& number) {
  if (column.type == ColumnType::list) throw list_error(row);
  number =
      column.type == ColumnType::integer ? static_cast<double>(column.integers[row]) : column.numbers[row];
  return std::isfinite(number);
}

}  // namespace

std::string quote_value(std::string_view value) {
  std::string out = "'";
  size_t at = 0;
  while (at < value.size() && at < kShownBytes) {
    const size_t size = code_point_size(value.substr(at));
    const bool shown = size > 0 && static_cast<unsigned char>(value[at]) >= 0x20 && value[at] != 0x7f;
    out += shown ? value.substr(at, size) : "?";
    at += size > 0 ? size : 1;
  }
  return out + (at < value.size() ? "...'" : "'");
}

bool TextCell::read(const Column& column, size_t row) {
  if (column.is_missing(row)) return false;
  switch (column.type) {
    case ColumnType::text:
      text_ = column.texts[row];
      return true;
    case ColumnType::integer: {
      const char* end = std::to_chars(digits_, digits_ + sizeof digits_, column.integers[row]).ptr;
      text_ = {digits_, static_cast<size_t>(end - digits_)};
      return true;
    }
    case ColumnType::number:
    case ColumnType::time:
      return print(column.numbers[row]);
    case ColumnType::list:
      break;
  }
  throw list_error(row);
}

bool TextCell::print(double number) {
  if (!std::isfinite(number)) return false;
  text_ = write_number(number, digits_);
  return true;
}

bool read_number_cell(const Column& column, size_t row, double& number) {
  if (column.is_missing(row)) return false;
  if (column.type != ColumnType::text) return read_numeric(column, row, number);
  const std::string_view text = column.texts[row];
  if (trim_blanks(text).empty()) return false;
  if (!parse_number(text, number) && !parse_truth(text, number))
    throw RowError(row, quote_value(text) + " is not a number");
  return std::isfinite(number);
}

}  // namespace shortlist
