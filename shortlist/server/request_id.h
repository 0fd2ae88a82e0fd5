// Names of requests, by which an answer, the log and a proxy's log can be laid side by side.
#pragma once

#include <string>
#include <string_view>

namespace shortlist {

// The X-Request-Id that came, where it is 1 to 128 visible ASCII characters; otherwise a new one of 16
// hexadecimal digits, which no other request of this process has.
std::string request_id(std::string_view given);

}  // namespace shortlist
