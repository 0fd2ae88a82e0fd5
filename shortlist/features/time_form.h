// How a column writes times. Determined once and then fixed; used by features, attributes and the split by
// time.
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
  std::optional<TimeUnit> unit;  // of numbers since 1970-01-01 UTC; if not set, inferred from the magnitude
  std::optional<std::string> format;  // of texts, in addition to ISO 8601; see time_format.h for the syntax

  bool operator==(const TimeForm&) const = default;
};
inline constexpr const char* kTimeUnitHelp =
    "Unit of times that are numbers since 1970-01-01 UTC: seconds, milliseconds, microseconds or "
    "nanoseconds. If not set, the column's largest number decides.";
inline constexpr const char* kTimeFormatHelp =
    "Format of times that are texts, such as \"%d-%m-%Y %H:%M\". ISO 8601 is always read, and so are dates "
    "if the whole column shows whether the day or the month comes first.";

// Throws a usage Error for an invalid format.
void check_time_format(const std::optional<std::string>& format, const Value& value, const Where& where);

// The day and the month of the column's dates, such as 01-02-2021, cannot be told apart in any row.
class AmbiguousDate : public RowError {
 public:
  using RowError::RowError;
};

// Infers how a column's values are written where that is not declared: the unit from the largest number, the
// format of dates such as 29-01-2021 if only one format fits all of them. Throws an AmbiguousDate that names
// the setting to declare if several fit, a RowError if the values are mixed, and whatever read_time() throws.
TimeForm find_time_form(const Column& values, const TimeForm& declared);

// Reads seconds since 1970-01-01 UTC. Returns false if the value is missing: NULL, blank text, NaN or
// infinite. Throws a RowError for a list, for text that is not a time, for a year outside 1900 to 2200, and
// for a number that is plausible only in another unit than the form's.
bool read_time(const Column& values, size_t row, const TimeForm& form, double& seconds);

}  // namespace shortlist
