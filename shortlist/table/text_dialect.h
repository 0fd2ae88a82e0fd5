// Detects how a text file separates its values, from its first lines. Types are not detected: every value is
// read as it is written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/table/table_source.h"

namespace shortlist {

// The delimiter that means any run of blanks and tabs; blanks at both ends of a line are ignored.
inline constexpr std::string_view kWhitespace = "whitespace";

struct TextDialect {
  std::string delimiter = ",";
  std::string quote = "\"";   // empty: none
  std::string escape = "\"";  // escapes a quote inside quotes: the quote itself, or a backslash
  bool header = true;
  std::vector<std::string> names;  // of all columns, without duplicates
  std::string note;                // advice to the user about the choice; empty if it is clear
};

// `lines` are the first lines of a file; `cut` means that more follow. Settings in `source` are used, the
// rest is detected. Throws a data Error that names the line if the first line does not match the others or
// the given names.
TextDialect find_dialect(const TableSource& source, const std::vector<std::string>& lines, bool cut);

std::string columns_text(size_t count);  // "1 column", "3 columns"

// One row of a text file.
struct TextRecord {
  std::vector<std::string> values;
  std::vector<bool> quoted;
  size_t line = 0;    // line of the file where it begins, from 0
  bool well = true;   // its quotes are well-formed
  bool whole = true;  // its last quote is closed
};
// Splits lines into rows, without blank lines and lines that begin with `comment`. A row whose quotes are
// still open at the end is the last.
std::vector<TextRecord> split_lines(const std::vector<std::string>& lines, const TextDialect& dialect,
                                    std::string_view comment);

}  // namespace shortlist
