// Times as people and files write them.
#pragma once

#include <string>

namespace shortlist {

// "2020-01-31 23:59:59" of seconds since 1970-01-01 UTC, with six decimals where they have a fraction.
std::string time_text(double seconds);

}  // namespace shortlist
