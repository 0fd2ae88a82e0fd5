// Texts as points in time: ISO 8601, and formats as strptime has them.
#pragma once

#include <string>
#include <string_view>

namespace shortlist {

// Seconds since 1970-01-01 UTC of an ISO 8601 date or time, without a zone taken as UTC: 2024-05-01,
// 2024-05-01T12:30, 2024-05-01 12:30:15.5+02:00. False for any other text.
bool parse_iso_time(std::string_view text, double& seconds);

// The same of a text in a format of %Y %y %m %d %H %I %M %S %f %p %b %B %a %A %z %T %F %D %R %%; a blank of
// the format is any number of blanks. Numbers may lack their leading zeros where something follows that is no
// digit; names are English, in any case. After a format without a clock a text may have one: "%d-%m-%Y" reads
// "29-01-2021", "29-01-2021 07:01" and "29-01-2021 7:01:30 PM".
bool parse_time(std::string_view text, std::string_view format, double& seconds);

// Why a format cannot be used; "" when it can.
std::string time_format_complaint(std::string_view format);

}  // namespace shortlist
