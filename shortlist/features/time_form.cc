#include "shortlist/features/time_form.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "shortlist/features/cell.h"
#include "shortlist/features/feature_settings.h"
#include "shortlist/table/time_format.h"

namespace shortlist {
namespace {

constexpr double kFirst = -2'208'988'800, kLast = 7'258'118'400;  // the years 1900 to 2200
// Smaller numbers are ambiguous: in any unit they are some hours or days after 1970. From here on, seconds
// are in 1973 or later, and no other unit reaches that year with numbers less than a thousand times as large.
constexpr double kTelling = 1e8;

double per_second(TimeUnit unit) {
  constexpr double kPerSecond[] = {1, 1e3, 1e6, 1e9};
  return kPerSecond[static_cast<size_t>(unit)];
}

bool is_plausible(double seconds) { return seconds >= kFirst && seconds < kLast; }

// The coarsest unit in which the number is in a plausible year.
std::optional<TimeUnit> unit_of(double number) {
  for (const auto& [unit, name] : EnumNames<TimeUnit>::names) {
    if (is_plausible(number / per_second(unit))) return unit;
  }
  return std::nullopt;
}

// One value, interpreted as far as possible without knowing the column.
struct Written {
  enum class Kind { missing, instant, number, text } kind = Kind::missing;
  double value = 0;       // the time in seconds, or the number
  std::string_view text;  // as written; for a whole number, its digits
  char digits[24];

  Written() = default;
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;

  void read(const Column& column, size_t row) {
    kind = Kind::missing;
    text = {};
    if (column.is_missing(row)) return;
    switch (column.type) {
      case ColumnType::list:
        throw RowError(row, "got a list, need a time");
      case ColumnType::text:
        return read(column.texts[row]);
      case ColumnType::integer:
        value = static_cast<double>(column.integers[row]);
        text = {digits, std::to_chars(digits, digits + sizeof digits, column.integers[row]).ptr};
        break;
      default:
        value = column.numbers[row];
        // Integer columns with missing values are often converted to doubles: 20210129.0.
        if (column.type == ColumnType::number && value == std::trunc(value) && std::abs(value) < 0x1p53)
          text = {digits, std::to_chars(digits, digits + sizeof digits, static_cast<int64_t>(value)).ptr};
    }
    if (std::isfinite(value)) kind = column.type == ColumnType::time ? Kind::instant : Kind::number;
  }

 private:
  void read(std::string_view written) {
    text = trim_blanks(written);
    if (text.empty()) return;
    if (parse_number(text, value)) {
      if (std::isfinite(value)) kind = Kind::number;
    } else {
      kind = parse_iso_time(text, value) ? Kind::instant : Kind::text;
    }
  }
};

RowError no_time(size_t row, std::string_view text) {
  return RowError(row,
                  quote_value(text) +
                      " is not a time (need seconds since 1970, 2024-05-01T12:30:00, or a declared format "
                      "such as format = \"%d-%m-%Y %H:%M\" in the config, or --date-format with the table)");
}

double in_years(double seconds, size_t row, const std::string& written) {
  if (is_plausible(seconds)) return seconds;
  throw RowError(row, fmt::format("{} is not in the years 1900 to 2200", written));
}

double number_seconds(double number, const std::optional<TimeUnit>& known, size_t row) {
  const std::optional<TimeUnit> own = unit_of(number);
  if (!own)
    throw RowError(row, fmt::format("{} is not a time in the years 1900 to 2200 in any unit", number));
  const TimeUnit unit = known.value_or(*own);
  if (unit != *own && std::abs(number) >= kTelling) {
    throw RowError(
        row,
        fmt::format(
            "{} looks like {}, but the column's times are {}: convert all of them to one unit in data.sql",
            number, enum_name(*own), enum_name(unit)));
  }
  return in_years(number / per_second(unit), row, fmt::format("{} {}", number, enum_name(unit)));
}

double seconds_of(const Written& written, size_t row, const TimeForm& form) {
  double seconds;
  if (form.format && !written.text.empty() && parse_time(written.text, *form.format, seconds))
    return in_years(seconds, row, quote_value(written.text));
  if (written.kind == Written::Kind::instant) {
    return in_years(written.value, row,
                    written.text.empty() ? fmt::format("{} seconds since 1970", written.value)
                                         : quote_value(written.text));
  }
  if (written.kind == Written::Kind::number && (!form.format || form.unit))
    return number_seconds(written.value, form.unit, row);
  if (!form.format) throw no_time(row, written.text);
  const std::string text =
      written.text.empty() ? fmt::format("{}", written.value) : quote_value(written.text);
  throw RowError(row, fmt::format("{} is not a time in the format \"{}\"", text, *form.format));
}

// Formats that fit all texts, and formats that fit all numbers.
class FormatSearch {
 public:
  explicit FormatSearch(std::vector<std::string_view> formats) : formats_(std::move(formats)) {}

  void look_at(size_t row, std::string_view text) {
    double seconds;
    std::vector<std::string_view> fitting;
    for (std::string_view format : formats_) {
      if (parse_time(text, format, seconds) && is_plausible(seconds)) fitting.push_back(format);
    }
    if (fitting.empty() && !odd_) {
      odd_ = row;
      odd_text_ = text;
    }
    if (!fitting.empty()) formats_ = std::move(fitting);
    if (seen_++ == 0) {
      first_ = row;
      first_text_ = text;
    }
  }
  size_t seen() const { return seen_; }
  bool fits_all() const { return seen_ > 0 && !odd_; }

  // The only format that fits all texts.
  std::string format() const {
    if (odd_ && seen_ > 1 && *odd_ != first_) {
      throw RowError(*odd_, fmt::format("{} is not a time in the format of {}; declare the column's format, "
                                        "such as format = \"%d-%m-%Y %H:%M\"",
                                        quote_value(odd_text_), quote_value(first_text_)));
    }
    if (odd_) throw no_time(*odd_, odd_text_);
    if (formats_.size() > 1) {
      throw AmbiguousDate(
          first_, fmt::format("cannot tell the day from the month in {} and in all other rows; declare which "
                              "comes first: format = \"{}\" or format = \"{}\" (--date-format)",
                              quote_value(first_text_), formats_[0], formats_[1]));
    }
    return std::string(formats_[0]);
  }

 private:
  std::vector<std::string_view> formats_;
  size_t seen_ = 0, first_ = 0;
  std::optional<size_t> odd_;
  std::string first_text_, odd_text_;
};

FormatSearch dates_in_text() {
  return FormatSearch({"%d-%m-%Y", "%m-%d-%Y", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%m.%d.%Y", "%Y/%m/%d",
                       "%Y.%m.%d", "%Y-%m-%d %H:%M:%S %z UTC"});  // the last one is Go's, which Gorse writes
}

// 20210129 and 20210129070100 are dates: as seconds or milliseconds they would be in 1970, which is
// implausible.
FormatSearch dates_in_digits() { return FormatSearch({"%Y%m%d", "%Y%m%d%H%M", "%Y%m%d%H%M%S"}); }
bool has_digits_of_date(std::string_view text) {
  return text.size() == 8 || text.size() == 12 || text.size() == 14;
}

}  // namespace

void check_time_format(const std::optional<std::string>& format, const Value& value, const Where& where) {
  if (!format) return;
  const std::string complaint = time_format_complaint(*format);
  if (!complaint.empty())
    throw setting_error(value, where, "format", fmt::format("\"{}\" {}", *format, complaint));
}

TimeForm find_time_form(const Column& values, const TimeForm& declared) {
  TimeForm form = declared;
  FormatSearch texts = dates_in_text(), digits = dates_in_digits();
  double largest = 0;
  size_t numbers = 0;
  Written written;
  for (size_t row = 0; row < values.rows; ++row) {
    written.read(values, row);
    if (written.kind == Written::Kind::text) texts.look_at(row, written.text);
    if (written.kind != Written::Kind::number) continue;
    largest = std::max(largest, std::abs(written.value));
    ++numbers;
    if (has_digits_of_date(written.text)) digits.look_at(row, written.text);
  }
  if (!declared.format && texts.seen() > 0) form.format = texts.format();
  const bool are_digits = digits.seen() == numbers && digits.fits_all() && !declared.unit && !form.format;
  if (are_digits) form.format = digits.format();
  if (numbers > 0 && !are_digits && !declared.format && !declared.unit) form.unit = unit_of(largest);
  double seconds;
  for (size_t row = 0; row < values.rows; ++row) read_time(values, row, form, seconds);
  return form;
}

bool read_time(const Column& values, size_t row, const TimeForm& form, double& seconds) {
  Written written;
  written.read(values, row);
  if (written.kind == Written::Kind::missing) return false;
  seconds = seconds_of(written, row, form);
  return true;
}

}  // namespace shortlist
