// How a command is told of a table: a path or glob, or a query, and how a text file is to be read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/config/config.h"
#include "shortlist/table/table.h"

namespace shortlist {

struct TableOptions {
  std::string table;
  std::string delimiter;
  std::optional<bool> header;
  std::vector<std::string> columns;
  std::string encoding;
  std::optional<std::string> quote;
  std::string comment, decimal, thousands, date_format;
  std::vector<std::string> missing;

  TableSource source() const;
  // The same, with numbers, times and missing values written as in a model's table unless said otherwise.
  TableSource source_like(const TableConfig& data) const;
  // Puts what was said over what the config says.
  void apply(TableConfig& data) const;
};

// --data, --items and --users: other tables than a config's. How the last two are read is the config's to
// say.
struct ConfigTableOptions {
  TableOptions data;
  std::string items, users;

  // Throws a usage Error for a side table that the config does not have.
  void apply(Config& config) const;
};

}  // namespace shortlist
