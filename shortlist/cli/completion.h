// Scripts that complete the program's commands, flags and their values in a shell, made from its arguments,
// so that they cannot differ from them.
#pragma once

#include <string>
#include <vector>

#include "shortlist/cli/command_options.h"

namespace shortlist {

const std::vector<std::string>& completion_shells();  // bash, zsh, fish

// The shell's script for the program `app`. `shell` is one of completion_shells().
std::string completion_script(const CLI::App& app, const std::string& shell);

}  // namespace shortlist
