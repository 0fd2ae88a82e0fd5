// The program's arguments.
#pragma once

#include <functional>

namespace shortlist {

// What the arguments ask for, or nothing where they asked for help, which is then printed. Throws a usage
// Error for arguments that do not fit.
std::function<void()> parse_arguments(int count, char** arguments);

}  // namespace shortlist
