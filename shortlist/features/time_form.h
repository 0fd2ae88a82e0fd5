// How a column writes points in time, found out once and the same ever after: features, the split by time and
// attributes read times with this.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "shortlist/base/fields.h"
#include "shortlist/features/cell.h"
#include "shortlist/table/column.h"

namespace shortlist {

enum class TimeUnit { seconds, milliseconds, microseconds, nanoseconds };
template <>
struct EnumNames<TimeUnit> {
  static constexpr std::pair<TimeUnit, std::string_view> names[] = {{TimeUnit::seconds, "seconds"},
                                                                    {TimeUnit::milliseconds, "milliseconds"},
                                                                    {TimeUnit::microseconds, "microseconds"},
                                                                    {TimeUnit::nanoseconds, "nanoseconds"}};
};

struct TimeForm {
  std::optional<TimeUnit> unit;  // of numbers since 1970-01-01 UTC; where it is not known, told by magnitude
  std::optional<std::string> format;  // of texts, besides ISO 8601; time_format.h says what it may hold

  bool operator==(const TimeForm&) const = default;
};
inline constexpr const char* kTimeUnitHelp =
    "of times that are numbers since 1970-01-01 UTC: seconds, milliseconds, microseconds or nanoseconds; "
    "told by the "
    "column's largest number when not given";
inline constexpr const char* kTimeFormatHelp =
    "of times that are texts, such as \"%d-%m-%Y %H:%M\"; ISO 8601 is always read, and dates that the whole "
    "column shows "
    "to be day first or month first are too";

// Throws a usage Error where the format cannot be used.
void check_time_format(const std::optional<std::string>& format, const Value& value, const Where& where);

// Dates such as 01-02-2021 of which no row tells the day from the month.
class AmbiguousDate : public RowError {
 public:
  using RowError::RowError;
};

// How all of a column's values are written, as far as it was not declared: the largest number tells the unit,
// dates such as 29-01-2021 tell their format when only one fits them all. Throws an
// AmbiguousDate that names what to declare where that leaves a choice, a RowError for a mixture, and what
// read_time() throws.
TimeForm find_time_form(const Column& values, const TimeForm& declared);

// Seconds since 1970-01-01 UTC. False when the value is missing: NULL, blank text, NaN or infinite. Throws a
// RowError for a list, for text that is no time, for a year outside 1900 to 2200, and for a number that is a
// time in another unit than the form's.
bool read_time(const Column& values, size_t row, const TimeForm& form, double& seconds);

}  // namespace shortlist
