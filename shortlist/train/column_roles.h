// Which columns a config names, which table each of them is in, and what it is used for.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "shortlist/config/config.h"
#include "shortlist/table/table.h"

namespace shortlist {

// The names of all columns that a config uses, each once.
std::vector<std::string> needed_columns(const Config& config);

// The columns of the candidate tower's features and of the attributes, each once.
std::vector<std::string> candidate_columns(const Config& config);

// The features that the towers use, each once.
std::vector<std::string> used_features(const Config& config);

// retrieval.positives, or "" if it is not set.
std::string positives_of(const Config& config);

// What each column is used for. Computed once for all columns, because a table may have thousands.
class ColumnUses {
 public:
  explicit ColumnUses(const Config& config);

  // Whether its values are compared as text: ids, users, categories and the parts of a split.
  bool is_compared(const std::string& column) const { return compared_.contains(column); }
  ReadAs of(const std::string& column) const;

 private:
  void add(const std::string& column, ReadAs use);

  std::unordered_map<std::string, ReadAs> uses_;
  std::unordered_set<std::string> compared_;
};

// The open tables of a config. A side table is null if the config has none.
struct ConfigTables {
  const Table* rows;  // the interactions: [data]
  const Table* items = nullptr;
  const Table* users = nullptr;
};

// Which columns are read from which table.
struct ColumnPlaces {
  std::vector<std::string> rows, items, users;
};
// Finds the table of each of `names`. Ids, users, labels, weights and the split column are columns of the
// interactions. Candidate features and attributes may also be in the item table, and query features in the
// user table. Throws a data Error for a column that is in two of these tables, and for one that is only in
// the side table of the other tower.
ColumnPlaces place_columns(const Config& config, const std::vector<std::string>& names,
                           const ConfigTables& tables);

}  // namespace shortlist
