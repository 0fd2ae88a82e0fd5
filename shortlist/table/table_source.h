// The source of a table and the conventions of its text.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shortlist {

class ArrowTable;

// The source of a table. Exactly one of `path`, `sql` and `rows` is set.
struct TableSource {
  std::string path;  // a file, a glob or a folder of files of one format; the extension is the format (.csv
                     // .tsv .txt .data .dat .parquet .json .jsonl .ndjson, .gz .zst)
  std::string sql;   // SELECT ...; "{data}" in it is replaced by `data`
  std::string data;  // replaces "{data}" in `sql`
  std::shared_ptr<const ArrowTable> rows;  // in memory
  // Text files only; settings that are not given are detected.
  std::string delimiter;  // up to four bytes, or "whitespace": any run of blanks
  std::optional<bool> header;
  std::vector<std::string> columns;  // names for a file without a header
  std::string encoding;              // "latin-1", "utf-16"; else UTF-8
  std::optional<std::string> quote;  // around values; "" for none; '"' if not given
  std::string comment;               // lines that begin with this character are skipped
  // The notation of values, in any source of texts.
  std::string decimal, thousands;    // the decimal point, and the separator between groups of three digits
  std::string date_format;           // format of times, as in strptime: "%d.%m.%Y %H:%M"
  std::vector<std::string> missing;  // texts that mean a missing value, in addition to an empty one

  // For messages.
  std::string describe() const;
};

// Whether a text that names a table is a query: its first word is SELECT or WITH, and more follows.
bool is_query(const std::string& text);

}  // namespace shortlist
