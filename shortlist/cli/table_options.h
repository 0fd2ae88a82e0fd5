// The table options of a command: a path, glob or query, and how to read a text file.
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
  // The same, with numbers, times and missing values written as in a model's table unless an option says
  // otherwise.
  TableSource source_like(const TableConfig& data) const;
  // Overrides the config's settings with the given options.
  void apply(TableConfig& data) const;
};

// --data, --items and --users: tables that replace those of a config. How the last two are read is set by the
// config.
struct ConfigTableOptions {
  TableOptions data;
  std::string items, users;

  // Throws Error(usage) for a side table that the config does not have.
  void apply(Config& config) const;
};

}  // namespace shortlist
