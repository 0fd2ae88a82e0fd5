#include "shortlist/table/coded_column.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "shortlist/base/error.h"
#include "shortlist/table/text_value.h"

namespace shortlist {
namespace {

std::string number_text(double number) {
  char digits[32];
  return std::isfinite(number) ? std::string(write_number(number, digits)) : fmt::format("{}", number);
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
    throw data_error("the table has at least {} rows, need at most {}; filter it or take a sample", rows,
                     kMostRows);
}

}  // namespace shortlist
