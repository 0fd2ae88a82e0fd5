#include "shortlist/features/number_list.h"

#include <algorithm>
#include <cmath>

#include "shortlist/features/cell.h"

namespace shortlist {
namespace {

void read_list(const Column& values, size_t row, std::vector<double>& numbers) {
  for (size_t at = values.offsets[row]; at < values.offsets[row + 1]; ++at) {
    double x = 0;
    try {
      if (!read_number_cell(*values.elements, at, x)) x = NAN;
    } catch (const RowError& error) {
      throw error.at_row(row);
    }
    numbers.push_back(x);
  }
}

// Reads numbers separated by commas, semicolons, blanks or brackets.
void read_text(std::string_view text, size_t row, std::vector<double>& numbers) {
  constexpr std::string_view kBetween = "[]{}(),; \t\r\n";
  for (;;) {
    const size_t begin = text.find_first_not_of(kBetween);
    if (begin == text.npos) return;
    const size_t end = std::min(text.find_first_of(kBetween, begin), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    double x;
    if (!parse_number(part, x)) throw RowError(row, quote_value(part) + " is not a number");
    numbers.push_back(x);
    text.remove_prefix(end);
  }
}

}  // namespace

bool read_number_list(const Column& values, size_t row, std::vector<double>& numbers) {
  numbers.clear();
  if (values.is_missing(row)) return false;
  if (values.type == ColumnType::list) {
    read_list(values, row, numbers);
  } else if (values.type == ColumnType::text) {
    read_text(values.texts[row], row, numbers);
  } else {
    double number = 0;
    if (!read_number_cell(values, row, number)) return false;
    numbers.push_back(number);
  }
  return true;
}

}  // namespace shortlist
