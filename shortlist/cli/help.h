// Formats the output of --help.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

namespace shortlist {

// Help wrapped to the terminal's width (80 columns if standard output is not a terminal). A footer's
// paragraphs are wrapped. Its indented lines are examples and are not changed.
std::shared_ptr<CLI::FormatterBase> help_formatter();

// The values of a flag, as help shows them: "FILE", "text|json", "N"; "" for a flag without a value.
std::string value_text(const CLI::Option& option);

}  // namespace shortlist
