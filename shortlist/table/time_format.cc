#include "shortlist/table/time_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

#include "shortlist/table/text_value.h"

namespace shortlist {
namespace {

constexpr std::string_view kMonths[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
constexpr std::string_view kDays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                      "friday", "saturday", "sunday"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Parses fields from the front of a text.
struct Scanner {
  std::string_view rest;

  bool take(char c) {
    if (rest.empty() || rest[0] != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  void skip_blanks() {
    while (!rest.empty() && is_blank(rest[0])) rest.remove_prefix(1);
  }
  std::optional<int> digits(size_t least, size_t most) {
    int value = 0;
    size_t count = 0;
    while (count < most && count < rest.size() && is_digit(rest[count]))
      value = value * 10 + (rest[count++] - '0');
    if (count < least) return std::nullopt;
    rest.remove_prefix(count);
    return value;
  }
  std::optional<int> digits(size_t count) { return digits(count, count); }
  // Parses the digits after a decimal point: ".25" is 0.25.
  double fraction() {
    size_t end = 1;
    while (end < rest.size() && is_digit(rest[end])) ++end;
    double value = 0;
    std::from_chars(rest.data(), rest.data() + end, value);
    rest.remove_prefix(end);
    return value;
  }
  // Whether the text begins with a word, ignoring case.
  bool word(std::string_view wanted) {
    const auto same = [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); };
    if (rest.size() < wanted.size() || !std::equal(wanted.begin(), wanted.end(), rest.begin(), same))
      return false;
    rest.remove_prefix(wanted.size());
    return true;
  }
  // The index, from 0, of a name that the text begins with in full or by its first three letters.
  template <size_t N>
  std::optional<int> name(const std::string_view (&names)[N]) {
    for (const bool whole : {true, false}) {
      for (size_t i = 0; i < N; ++i) {
        if (word(whole ? names[i] : names[i].substr(0, 3))) return static_cast<int>(i);
      }
    }
    return std::nullopt;
  }
};

std::optional<double> date_seconds(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return 86400.0 * static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count());
}

std::optional<double> scan_date(Scanner& scan) {
  const auto year = scan.digits(4);
  if (!year || !scan.take('-')) return std::nullopt;
  const auto month = scan.digits(2);
  if (!month || !scan.take('-')) return std::nullopt;
  const auto day = scan.digits(2);
  if (!day) return std::nullopt;
  return date_seconds(*year, *month, *day);
}

// HH:MM[:SS[.fraction]]; the hour has at least `hour_digits` digits.
std::optional<double> scan_clock(Scanner& scan, size_t hour_digits) {
  const auto hour = scan.digits(hour_digits, 2);
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

// The fields of a format that have been read so far.
struct Fields {
  std::optional<int> year;
  int month = 1, day = 1, hour = 0, minute = 0, second = 0;
  std::optional<bool> afternoon;
  double fraction = 0, zone = 0;

  std::optional<double> seconds() const {
    if (!year) return std::nullopt;
    const auto date = date_seconds(*year, month, day);
    if (!date || hour > 24 || minute > 59 || second > 60 || (afternoon && (hour < 1 || hour > 12)))
      return std::nullopt;
    const int h = afternoon ? hour % 12 + (*afternoon ? 12 : 0) : hour;
    return *date + 3600.0 * h + 60.0 * minute + second + fraction - zone;
  }
};

bool scan_two(Scanner& scan, int& field) {
  const auto value = scan.digits(1, 2);
  if (value) field = *value;
  return value.has_value();
}

bool scan_noon(Scanner& scan, Fields& fields) {
  if (scan.word("am") || scan.word("a.m.")) return fields.afternoon = false, true;
  if (scan.word("pm") || scan.word("p.m.")) return fields.afternoon = true, true;
  return false;
}

bool scan_year(Scanner& scan, Fields& fields, size_t digits) {
  const auto year = scan.digits(digits);
  // As in POSIX: 69 to 99 are in the 20th century.
  if (year) fields.year = digits == 4 ? *year : *year < 69 ? 2000 + *year : 1900 + *year;
  return year.has_value();
}

bool scan_fraction(Scanner& scan, Fields& fields) {
  double place = 1;
  bool any = false;
  for (; !scan.rest.empty() && is_digit(scan.rest[0]); any = true) {
    place /= 10;
    fields.fraction += place * (scan.rest[0] - '0');
    scan.rest.remove_prefix(1);
  }
  return any;
}

bool scan_month_name(Scanner& scan, Fields& fields) {
  const auto month = scan.name(kMonths);
  if (month) fields.month = *month + 1;
  return month.has_value();
}

bool scan_offset(Scanner& scan, Fields& fields) {
  const auto zone = scan_zone(scan);
  if (zone) fields.zone = *zone;
  return zone.has_value();
}

// The expansion of a shorthand; "" if it is not one.
std::string_view expansion(char directive) {
  switch (directive) {
    case 'T':
      return "%H:%M:%S";
    case 'R':
      return "%H:%M";
    case 'F':
      return "%Y-%m-%d";
    case 'D':
      return "%m/%d/%y";
    default:
      return "";
  }
}

bool scan_directive(char directive, Scanner& scan, Fields& fields) {
  switch (directive) {
    case 'Y':
      return scan_year(scan, fields, 4);
    case 'y':
      return scan_year(scan, fields, 2);
    case 'm':
      return scan_two(scan, fields.month);
    case 'd':
      return scan_two(scan, fields.day);
    case 'H':
    case 'I':
      return scan_two(scan, fields.hour);
    case 'M':
      return scan_two(scan, fields.minute);
    case 'S':
      return scan_two(scan, fields.second);
    case 'f':
      return scan_fraction(scan, fields);
    case 'p':
      return scan_noon(scan, fields);
    case 'b':
    case 'B':
      return scan_month_name(scan, fields);
    case 'a':
    case 'A':
      return scan.name(kDays).has_value();
    case 'z':
      return scan_offset(scan, fields);
    default:
      return directive == '%' && scan.take('%');
  }
}

bool scan_format(std::string_view format, Scanner& scan, Fields& fields) {
  for (size_t i = 0; i < format.size(); ++i) {
    if (is_blank(format[i])) {
      scan.skip_blanks();
    } else if (format[i] != '%') {
      if (!scan.take(format[i])) return false;
    } else {
      const char directive = ++i < format.size() ? format[i] : ' ';
      const std::string_view longer = expansion(directive);
      if (longer.empty() ? !scan_directive(directive, scan, fields) : !scan_format(longer, scan, fields))
        return false;
    }
  }
  return true;
}

// Whether a format has one of the directives, including those in shorthands.
bool has_any(std::string_view format, std::string_view directives) {
  for (size_t i = 0; i + 1 < format.size(); ++i) {
    if (format[i] != '%') continue;
    const char directive = format[++i];
    if (directives.find(directive) != directives.npos) return true;
    if (has_any(expansion(directive), directives)) return true;
  }
  return false;
}

// Converts a 12-hour clock to 24 hours if the text says AM or PM.
bool scan_half_day(Scanner& scan, double& clock) {
  Fields half;
  if (!scan_noon(scan, half)) return true;
  const int hour = static_cast<int>(clock / 3600);
  clock += 3600.0 * (hour % 12 + (*half.afternoon ? 12 : 0) - hour);
  return hour >= 1 && hour <= 12;
}

// "T07:01", " 7:01:30 PM", " 07:01Z" after a date; nothing means midnight.
bool scan_rest_of_day(Scanner& scan, Fields& fields, double& clock) {
  if (scan.rest.empty()) return true;
  if (!scan.take('T') && !is_blank(scan.rest[0])) return false;
  scan.skip_blanks();
  const auto seconds = scan_clock(scan, 1);
  if (!seconds) return false;
  clock = *seconds;
  scan.skip_blanks();
  if (!scan_half_day(scan, clock)) return false;
  scan.skip_blanks();
  return scan_offset(scan, fields) && scan.rest.empty();
}

}  // namespace

bool parse_iso_time(std::string_view text, double& seconds) {
  Scanner scan{trim_blanks(text)};
  const auto date = scan_date(scan);
  if (!date) return false;
  seconds = *date;
  if (scan.rest.empty()) return true;
  if (!scan.take('T') && !scan.take(' ')) return false;
  const auto clock = scan_clock(scan, 2);
  if (!clock) return false;
  scan.take(' ');
  const auto zone = scan_zone(scan);
  if (!zone || !scan.rest.empty()) return false;
  seconds += *clock - *zone;
  return true;
}

bool parse_time(std::string_view text, std::string_view format, double& seconds) {
  Scanner scan{trim_blanks(text)};
  Fields fields;
  double clock = 0;
  if (!scan_format(trim_blanks(format), scan, fields)) return false;
  if (has_any(format, "HIMSfpz") ? !scan.rest.empty() : !scan_rest_of_day(scan, fields, clock)) return false;
  const auto found = fields.seconds();
  if (found) seconds = *found + clock;
  return found.has_value();
}

std::string time_format_complaint(std::string_view format) {
  constexpr std::string_view kDirectives = "YymdHIMSfpbBaAzTFDR%";
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    if (++i == format.size()) return "ends in a lone %";
    if (kDirectives.find(format[i]) == kDirectives.npos) {
      return fmt::format("has %{}, need some of %Y %y %m %d %H %I %M %S %f %p %b %B %a %A %z %T %F %D %R %%",
                         format[i]);
    }
  }
  return has_any(format, "Yy") ? "" : "has no year: need %Y or %y, as in %d-%m-%Y";
}

}  // namespace shortlist
