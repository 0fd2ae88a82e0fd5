// Parses the program's arguments.
#pragma once

#include <functional>

namespace shortlist {

// The chosen command, or nothing if help was requested, which is then printed. Throws Error(usage) for
// invalid arguments.
std::function<void()> parse_arguments(int count, char** arguments);

}  // namespace shortlist
