// One input of the table fuzzer: the settings of [data] that say how a text file is read, an empty line, the
// file.
#pragma once

#include "shortlist/config/config.h"
#include "shortlist/io/toml.h"
#include "shortlist/table/table.h"
#include "tests/fuzz/fuzzed_reader.h"

namespace shortlist {

// Reads all columns. Returns whether it is a table.
inline bool read_fuzzed_table(std::string_view input) {
  static const FuzzedFile file("fuzzed.csv");
  const size_t blank = std::min(input.find("\n\n"), input.size());
  const std::string_view settings = input.substr(0, blank);
  const std::string& path = file.write(input.substr(std::min(blank + 2, input.size())));
  return read_or_refuse(input, [&] {
    DataConfig data;
    read_fields(parse_toml(settings, "fuzzed"), data, {"fuzzed", "data"});
    data.sql.clear();  // a query could do anything
    data.table = path;
    const Table table = Table::open(data.source());
    std::vector<std::string> names;
    for (const ColumnInfo& column : table.columns()) names.push_back(column.name);
    uint64_t rows = 0;
    table.read(names, [&](const Chunk& chunk) {
      SHORTLIST_CHECK(chunk.columns.size() == names.size());
      rows += chunk.rows;
    });
  });
}

}  // namespace shortlist
