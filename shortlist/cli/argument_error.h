// What is wrong with the program's arguments, in its own words: CLI11's speak of its own insides.
#pragma once

#include <CLI/CLI.hpp>

#include "shortlist/base/error.h"

namespace shortlist {

// The usage Error for arguments that `app` could not parse. Names the command, the flag or argument, what was
// given and what is needed, and the nearest command or flag for one that is unknown.
Error argument_error(const CLI::App& app, const CLI::ParseError& error);

}  // namespace shortlist
