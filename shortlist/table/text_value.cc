#include "shortlist/table/text_value.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <iterator>
#include <optional>

namespace shortlist {
namespace {

constexpr size_t kNumberBytes = 32;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

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
      if (!is_digit(c)) return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest.remove_prefix(count);
    return value;
  }
  // What follows a decimal point: ".25" is 0.25.
  double fraction() {
    size_t end = 1;
    while (end < rest.size() && is_digit(rest[end])) ++end;
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

}  // namespace

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

bool looks_like_number(std::string_view text, double& number) {
  if (!parse_number(text, number)) return false;
  text = trim_blanks(text);
  if (text[0] == '-') text.remove_prefix(1);
  return text.size() < 2 || text[0] != '0' || !is_digit(text[1]);
}

bool parse_canonical_integer(std::string_view text, int64_t& integer) {
  constexpr size_t kMostBytes = 20;  // of -9223372036854775808
  if (text.empty() || text.size() > kMostBytes) return false;
  const size_t first = text[0] == '-' ? 1 : 0;
  if (first == text.size() || !is_digit(text[first])) return false;
  if (text[first] == '0' && text.size() > 1) return false;  // 012, -0
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  return error == std::errc() && end == text.data() + text.size();
}

std::string_view plain_integer(std::string_view text) {
  text = trim_blanks(text);
  const size_t first = !text.empty() && text[0] == '-' ? 1 : 0;
  size_t end = first;
  while (end < text.size() && is_digit(text[end])) ++end;
  const size_t digits = end - first;
  if (digits == 0 || (digits > 1 && text[first] == '0')) return {};
  if (end < text.size()) {
    if (text[end] != '.' || text.find_first_not_of('0', end + 1) != text.npos) return {};
  }
  if (digits == 1 && text[first] == '0') return text.substr(first, 1);  // -0.0 too
  return text.substr(0, end);
}

bool parse_truth_word(std::string_view text, double& number) {
  constexpr std::string_view kTrue[] = {"true", "t", "yes", "y"}, kFalse[] = {"false", "f", "no", "n"};
  constexpr size_t kMostBytes = 5;
  text = trim_blanks(text);
  if (text.empty() || text.size() > kMostBytes) return false;
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  const bool is_true = std::ranges::find(kTrue, lower) != std::end(kTrue);
  if (!is_true && std::ranges::find(kFalse, lower) == std::end(kFalse)) return false;
  number = is_true ? 1 : 0;
  return true;
}

bool parse_truth(std::string_view text, double& number) {
  constexpr size_t kLeastBytes = 4;
  return trim_blanks(text).size() >= kLeastBytes && parse_truth_word(text, number);
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

std::string_view write_number(double number, char* buffer) {
  const bool whole = number == std::trunc(number) && std::abs(number) < 0x1p63;
  const char* end = whole ? std::to_chars(buffer, buffer + kNumberBytes, static_cast<int64_t>(number)).ptr
                          : std::to_chars(buffer, buffer + kNumberBytes, number).ptr;
  return {buffer, static_cast<size_t>(end - buffer)};
}

}  // namespace shortlist
