// Formats times as text.
#pragma once

#include <string>

namespace shortlist {

// "2020-01-31 23:59:59" for seconds since 1970-01-01 UTC, with six decimals if there is a fraction.
std::string time_text(double seconds);

}  // namespace shortlist
