// How a text file separates its values, found out from its first lines. Types are not looked for: every value
// is read as it is written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/table/table_source.h"

namespace shortlist {

// A delimiter of this name is any run of blanks and tabs; blanks at both ends of a line are dropped.
inline constexpr std::string_view kWhitespace = "whitespace";

struct TextDialect {
  std::string delimiter = ",";
  std::string quote = "\"";   // empty: none
  std::string escape = "\"";  // before a quote within quotes: the quote itself, or a backslash
  bool header = true;
  std::vector<std::string> names;  // of all columns, each once
  std::string note;                // what a person should know about the choice; empty when it is plain
};

// `lines` are the first lines of a file; `cut` says that more follow. What `source` says is taken, the rest
// is found out. Throws a data Error, which names the line, when the first line does not fit the others or the
// names that were given.
TextDialect find_dialect(const TableSource& source, const std::vector<std::string>& lines, bool cut);

std::string columns_text(size_t count);  // "1 column", "3 columns"

// One row of a text file.
struct TextRecord {
  std::vector<std::string> values;
  std::vector<bool> quoted;
  size_t line = 0;    // of the file, from 0, where it begins
  bool well = true;   // its quotes are as they should be
  bool whole = true;  // its last quote was closed
};
// The rows that the lines make, without blank lines and those that begin with `comment`. A row whose quotes
// are still open at the end is the last.
std::vector<TextRecord> split_lines(const std::vector<std::string>& lines, const TextDialect& dialect,
                                    std::string_view comment);

}  // namespace shortlist
