#include <fmt/format.h>

#include "shortlist/table/source_sql.h"

namespace shortlist {
namespace {

// The part of `text` between `before` and `after`; "" if they are not found.
std::string between(const std::string& text, std::string_view before, std::string_view after) {
  const size_t begin = text.find(before);
  if (begin == text.npos) return "";
  const size_t end = text.find(after, begin + before.size());
  return end == text.npos ? "" : text.substr(begin + before.size(), end - begin - before.size());
}

std::string shortened(const std::string& text) {
  constexpr size_t kMostBytes = 60;
  if (text.size() <= kMostBytes) return text;
  size_t end = kMostBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a character
  return text.substr(0, end) + "...";
}

// Explains a row with the wrong number of columns.
std::string advice_on_width(const std::string& line, const std::string& found, const std::string& expected) {
  if (line.starts_with('#'))
    return "; if lines that begin with # are comments, use --comment '#' (comment = \"#\" in [data])";
  const bool more = found.size() > expected.size() || (found.size() == expected.size() && found > expected);
  return fmt::format(": {}{}", shortened(line),
                     more ? " (a value that contains the delimiter needs quotes)" : "");
}

std::string csv_complaint(const std::string& message) {
  const std::string column = between(message, "Error when converting column \"", "\"");
  if (!column.empty()) {
    const std::string value = between(message, "Could not convert string \"", "\" to '");
    return fmt::format(
        "column '{}': '{}' is not of type {}, which read_csv guessed from the first rows; add all_varchar = "
        "true, or types = {{'{}': 'VARCHAR'}}",
        column, shortened(value), between(message, "\" to '", "'"), column);
  }
  if (message.find("not utf-8") != message.npos) {
    return "the text is not UTF-8; if it is in an older western encoding, use --encoding latin-1 (encoding = "
           "\"latin-1\" in [data]); if it is UTF-16, use --encoding utf-16";
  }
  const std::string expected = between(message, "Expected Number of Columns: ", " ");
  if (!expected.empty()) {
    const std::string found = between(message, "Found: ", "\n");
    return fmt::format("the row has {} column{}, need {}{}", found, found == "1" ? "" : "s", expected,
                       advice_on_width(between(message, "Original Line: ", "\n"), found, expected));
  }
  if (message.find("unterminated quote") != message.npos || message.find("invalid state") != message.npos) {
    return "a value's quotes are not closed, or text follows them; if quotes are ordinary characters, use "
           "--quote '' (quote = \"\" in [data])";
  }
  if (message.find("Maximum line size") != message.npos) {
    return fmt::format("the line is longer than {} bytes", kLineBytes);
  }
  return "";
}

// For 'Malformed JSON in file "a.jsonl", at byte 6 in line 3: unexpected character. '. DuckDB counts lines
// and records from 2.
Error json_error(const TableSource& source, const std::string& message) {
  std::string file = between(message, "in file \"", "\"");
  if (file.starts_with("/proc/self/fd/")) file = source.describe();  // a copy of the source
  if (message.find("encoding is not supported") != message.npos)
    return data_error("{}: is not UTF-8, which JSON needs; convert it: iconv -f UTF-16 -t UTF-8", file);
  const std::string byte = between(message, "at byte ", " in ");
  for (const auto& [unit, shown] : {std::pair("in line ", ""), std::pair("in record/value ", " record ")}) {
    const std::string number = between(message, unit, ": ");
    if (number.empty() || number.size() > 18 || number.find_first_not_of("0123456789") != number.npos)
      continue;
    std::string reason = between(message, unit + number + ": ", ". ");
    if (reason.starts_with("invalid UTF-8"))
      reason = "the text is not UTF-8, which JSON needs; convert it: iconv -f LATIN1 -t UTF-8";
    return data_error("{}:{}{}: malformed JSON at byte {}: {}", file, shown, std::stoull(number) - 1, byte,
                      reason);
  }
  return data_error("{}: {}", file, message);
}

// "No files found" from "IO Error: No files found\n\nLINE 1: ...".
std::string first_line(std::string message) {
  const std::string wrapper = "closed pending query result\nError: ";  // around an error of a thread
  if (const size_t at = message.find(wrapper); at != message.npos) message.erase(0, at + wrapper.size());
  const std::string line = message.substr(0, message.find('\n'));
  const size_t kind = line.find("Error: ");
  return kind == line.npos ? line : line.substr(kind + 7);
}

}  // namespace

Error source_error(const TableSource& source, const std::string& message) {
  if (message.find("No files found that match the pattern") != message.npos) {
    return data_error("no file matches {}", between(message, "pattern \"", "\""));
  }
  if (message.find("Malformed JSON in file") != message.npos) return json_error(source, message);
  const std::string complaint = csv_complaint(message);
  if (complaint.empty()) return data_error("{}: {}", source.describe(), first_line(message));
  std::string file = between(message, "  file = ", "\n");
  if (file.empty()) file = source.describe();
  const std::string line = between(message, "CSV Error on Line: ", "\n");
  return data_error("{}{}{}: {}", file, line.empty() ? "" : ":", line, complaint);
}

}  // namespace shortlist
