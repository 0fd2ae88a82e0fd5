// Which columns a config speaks of, in which table each of them is, and what it is read for.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "shortlist/config/config.h"
#include "shortlist/table/table.h"

namespace shortlist {

// The names of all columns that a config speaks of, each once.
std::vector<std::string> needed_columns(const Config& config);

// The columns of the candidate tower's features and of the attributes, each once.
std::vector<std::string> candidate_columns(const Config& config);

// The features that the towers use, each once.
std::vector<std::string> used_features(const Config& config);

// retrieval.positives; "" for none.
std::string positives_of(const Config& config);

// What each column is read for. Found once for all columns, as a table may have thousands.
class ColumnUses {
 public:
  explicit ColumnUses(const Config& config);

  // Whether its values are compared as texts: ids, users, categories and the parts of a split.
  bool is_compared(const std::string& column) const { return compared_.contains(column); }
  ReadAs of(const std::string& column) const;

 private:
  void add(const std::string& column, ReadAs use);

  std::unordered_map<std::string, ReadAs> uses_;
  std::unordered_set<std::string> compared_;
};

// The tables of a config, open. A side table is null where the config has none.
struct ConfigTables {
  const Table* rows;  // the interactions: [data]
  const Table* items = nullptr;
  const Table* users = nullptr;
};

// Which columns are read from which table.
struct ColumnPlaces {
  std::vector<std::string> rows, items, users;
};
// Places each of `names`. Ids, users, labels, weights and what splits the rows are columns of the
// interactions. Features and attributes of candidates may also be in the item table, and the query's features
// in the user table. Throws a data Error for a column that two tables could give, and for one that only the
// other tower's side table has.
ColumnPlaces place_columns(const Config& config, const std::vector<std::string>& names,
                           const ConfigTables& tables);

}  // namespace shortlist
