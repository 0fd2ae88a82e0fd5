// Where a table comes from, and how its text is written.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace shortlist {

// Where a table comes from. Exactly one of `path` and `sql` is set.
struct TableSource {
  std::string path;  // a file, a glob or a folder of files of one format; the ending tells the format (.csv
                     // .tsv .txt .data .dat .parquet .json .jsonl .ndjson, .gz .zst)
  std::string sql;   // SELECT ...; "{data}" in it stands for `data`
  std::string data;  // replaces "{data}" in `sql`
  // Text files only; what is not set is found out.
  std::string delimiter;  // up to four bytes, or "whitespace": any run of blanks
  std::optional<bool> header;
  std::vector<std::string> columns;  // names for a file without a header
  std::string encoding;              // "latin-1", "utf-16"; else UTF-8
  std::optional<std::string> quote;  // around values; "" for none; '"' when not given
  std::string comment;               // lines that begin with this character are left out
  // How values are written, in any source of texts.
  std::string decimal, thousands;    // the decimal point and what stands between groups of three digits
  std::string date_format;           // of times, as in strptime: "%d.%m.%Y %H:%M"
  std::vector<std::string> missing;  // texts that mean a missing value, beside an empty one

  // For messages.
  std::string describe() const { return path.empty() ? "the query" : path; }
};

}  // namespace shortlist
