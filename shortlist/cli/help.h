// What --help prints.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

namespace shortlist {

// Help in lines that fit the terminal (80 columns where standard output is none). A footer's paragraphs are
// wrapped; its indented lines, which are examples, stay as they are.
std::shared_ptr<CLI::FormatterBase> help_formatter();

// What a flag's value may be, as help shows it: "FILE", "text|json", "N"; "" for a flag without a value.
std::string value_text(const CLI::Option& option);

}  // namespace shortlist
