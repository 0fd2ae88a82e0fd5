// The server's log: a line for each event on standard error, as logfmt: time, msg, then what belongs to it.
//   time=2025-01-31T12:00:00.123Z msg="model loaded" model=anime version=0a1b2c3d4e5f
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace shortlist {

// A value as written in a line: quoted if necessary, and without characters that hide text, change its
// direction or end the line.
std::string log_value(std::string_view text);

// Thread-safe: lines are written whole.
void log(std::string_view message,
         std::initializer_list<std::pair<std::string_view, std::string_view>> values);

}  // namespace shortlist
