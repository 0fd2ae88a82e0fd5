// Explains errors in the program's arguments, since CLI11's messages refer to its internals.
#pragma once

#include <CLI/CLI.hpp>

#include "shortlist/base/error.h"

namespace shortlist {

// The Error(usage) for arguments that `app` could not parse. Names the command, the flag or argument, the
// given and the needed value, and the nearest command or flag for an unknown one.
Error argument_error(const CLI::App& app, const CLI::ParseError& error);

}  // namespace shortlist
