// Text files (CSV and similar) and JSON as SQL in which every value is the text written in the file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "shortlist/table/database.h"
#include "shortlist/table/table_source.h"

namespace shortlist {

// The longest line that can be read. DuckDB allocates a few buffers of this size.
inline constexpr size_t kLineBytes = size_t{16} << 20;

// The text after FROM, and what must stay alive while it is read.
struct OpenedSource {
  std::string from;
  std::vector<std::string> notes;
  std::shared_ptr<const void> kept;
};

// Files of one source: their paths, in order, and whether folders like "day=2024-01-01" are columns.
struct SourceFiles {
  std::vector<std::string> paths;
  bool several = false;  // a glob or a folder, even if it contains one file
};

// The dialect is detected from the first file; the others must have the same columns. Throws data Errors.
OpenedSource open_text(const Database& database, const TableSource& source, const SourceFiles& files);

// Scalars are read as text; lists stay lists of integers, numbers or texts.
OpenedSource open_json(const Database& database, const SourceFiles& files, bool lines);

// The types that the values of JSON files' columns have in the files.
std::vector<std::string> find_json_types(const Database& database, const SourceFiles& files, bool lines);

// The lines of text files as a column `line`; blank lines are missing values.
std::string lines_sql(const TableSource& source, const SourceFiles& files);

// ['a.csv', 'b.csv'] or 'a.csv'
std::string paths_sql(const SourceFiles& files);

}  // namespace shortlist
