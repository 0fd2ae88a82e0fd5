// Parses points in time: ISO 8601 and strptime formats.
#pragma once

#include <string>
#include <string_view>

namespace shortlist {

// Seconds since 1970-01-01 UTC of an ISO 8601 date or time, UTC if it has no zone: 2024-05-01,
// 2024-05-01T12:30, 2024-05-01 12:30:15.5+02:00. Returns false for any other text.
bool parse_iso_time(std::string_view text, double& seconds);

// The same for a text in a format of %Y %y %m %d %H %I %M %S %f %p %b %B %a %A %z %T %F %D %R %%; a blank in
// the format matches any number of blanks. Numbers may omit leading zeros if a non-digit follows; names are
// English, in any case. If the format has no clock, the text may still have one: "%d-%m-%Y" reads
// "29-01-2021", "29-01-2021 07:01" and "29-01-2021 7:01:30 PM".
bool parse_time(std::string_view text, std::string_view format, double& seconds);

// Why a format cannot be used; "" if it can.
std::string time_format_complaint(std::string_view format);

}  // namespace shortlist
