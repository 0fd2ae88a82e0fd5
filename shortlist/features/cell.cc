#include "shortlist/features/cell.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>

#include "shortlist/features/utf8.h"

namespace shortlist {
namespace {

constexpr size_t kShownBytes = 40;

RowError list_error(size_t row) {
  return RowError(row, "got a list, need one value (the kinds categories and vector take lists)");
}

// Takes fixed-width fields off the front of a text.
struct Scanner {
  std::string_view rest;

  bool take(char c) {
    if (rest.empty() || rest[0] != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  std::optional<int> digits(size_t count) {
    if (rest.size() < count) return std::nullopt;
    int value = 0;
    for (char c : rest.substr(0, count)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest.remove_prefix(count);
    return value;
  }
  // What follows a decimal point: ".25" is 0.25.
  double fraction() {
    size_t end = 1;
    while (end < rest.size() && rest[end] >= '0' && rest[end] <= '9') ++end;
    double value = 0;
    std::from_chars(rest.data(), rest.data() + end, value);
    rest.remove_prefix(end);
    return value;
  }
};

std::optional<double> scan_date(Scanner& scan) {
  const auto year = scan.digits(4);
  if (!year || !scan.take('-')) return std::nullopt;
  const auto month = scan.digits(2);
  if (!month || !scan.take('-')) return std::nullopt;
  const auto day = scan.digits(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return 86400.0 * static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count());
}

// HH:MM[:SS[.fraction]]
std::optional<double> scan_clock(Scanner& scan) {
  const auto hour = scan.digits(2);
  if (!hour || *hour > 24 || !scan.take(':')) return std::nullopt;
  const auto minute = scan.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  double seconds = 3600.0 * *hour + 60.0 * *minute;
  if (!scan.take(':')) return seconds;
  const auto second = scan.digits(2);
  if (!second || *second > 60) return std::nullopt;
  seconds += *second;
  if (!scan.rest.empty() && scan.rest[0] == '.') seconds += scan.fraction();
  return seconds;
}

// "", Z, +HH, +HHMM or +HH:MM, as seconds east of Greenwich.
std::optional<double> scan_zone(Scanner& scan) {
  if (scan.rest.empty() || scan.take('Z')) return 0.0;
  const double sign = scan.take('-') ? -1 : scan.take('+') ? 1 : 0;
  if (sign == 0) return std::nullopt;
  const auto hours = scan.digits(2);
  if (!hours) return std::nullopt;
  if (scan.rest.empty()) return sign * 3600.0 * *hours;
  scan.take(':');
  const auto minutes = scan.digits(2);
  if (!minutes) return std::nullopt;
  return sign * (3600.0 * *hours + 60.0 * *minutes);
}

bool parse_time(std::string_view text, double& seconds) {
  Scanner scan{trim_blanks(text)};
  const auto date = scan_date(scan);
  if (!date) return false;
  seconds = *date;
  if (scan.rest.empty()) return true;
  if (!scan.take('T') && !scan.take(' ')) return false;
  const auto clock = scan_clock(scan);
  if (!clock) return false;
  scan.take(' ');
  const auto zone = scan_zone(scan);
  if (!zone || !scan.rest.empty()) return false;
  seconds += *clock - *zone;
  return true;
}

// The numeric types; false for missing. Text is the caller's.
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

std::string_view trim_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

bool parse_number(std::string_view text, double& number) {
  text = trim_blanks(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
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
  const bool whole = number == std::trunc(number) && std::abs(number) < 0x1p63;
  const char* end = whole ? std::to_chars(digits_, digits_ + sizeof digits_, static_cast<int64_t>(number)).ptr
                          : std::to_chars(digits_, digits_ + sizeof digits_, number).ptr;
  text_ = {digits_, static_cast<size_t>(end - digits_)};
  return true;
}

bool read_number_cell(const Column& column, size_t row, double& number) {
  if (column.is_missing(row)) return false;
  if (column.type != ColumnType::text) return read_numeric(column, row, number);
  const std::string_view text = column.texts[row];
  if (trim_blanks(text).empty()) return false;
  if (!parse_number(text, number)) throw RowError(row, quote_value(text) + " is not a number");
  return std::isfinite(number);
}

bool read_time_cell(const Column& column, size_t row, double& seconds) {
  if (column.is_missing(row)) return false;
  if (column.type != ColumnType::text) return read_numeric(column, row, seconds);
  const std::string_view text = column.texts[row];
  if (trim_blanks(text).empty()) return false;
  if (!parse_number(text, seconds) && !parse_time(text, seconds)) {
    throw RowError(row, quote_value(text) + " is no time (need seconds since 1970, or 2024-05-01T12:30:00)");
  }
  return std::isfinite(seconds);
}

}  // namespace shortlist
