// Request ids, which connect an answer, the log and a proxy's log.
#pragma once

#include <string>
#include <string_view>

namespace shortlist {

// The given X-Request-Id if it is 1 to 128 visible ASCII characters. Otherwise a new id of 16 hexadecimal
// digits, unique within this process.
std::string request_id(std::string_view given);

}  // namespace shortlist
