// Shell scripts that complete the program's commands, flags and values, generated from its arguments so that
// they always agree.
#pragma once

#include <string>
#include <vector>

#include "shortlist/cli/command_options.h"

namespace shortlist {

const std::vector<std::string>& completion_shells();  // bash, zsh, fish

// The completion script for the program `app`. `shell` is one of completion_shells().
std::string completion_script(const CLI::App& app, const std::string& shell);

}  // namespace shortlist
