// A table's source as SQL, and DuckDB's complaints about it in the user's names.
#pragma once

#include <optional>
#include <string>

#include "shortlist/base/error.h"
#include "shortlist/table/database.h"
#include "shortlist/table/table.h"

namespace shortlist {

// What stands after FROM. Throws a data Error where a file is missing or has no bytes.
std::string source_sql(const TableSource& source);

// One text file, whose dialect and types DuckDB would find out anew at every reading.
struct TextFile {
  std::string path;     // quoted
  std::string options;  // of read_csv and sniff_csv
  std::string fixed;    // those that remain when the dialect is known
};
std::optional<TextFile> text_file(const TableSource& source);

// What stands after FROM, with the dialect and the types written out; the sniffer is not asked again. Empty
// where DuckDB must find out more than we can say.
std::string known_dialect_sql(const Database& database, const TextFile& file);

// "clean_data.csv:1842: column 'Feedback': 'ten' is not a number", or DuckDB's first useful line.
Error source_error(const TableSource& source, const std::string& message);

}  // namespace shortlist
