// Which table each column of a data spec is read from.
#pragma once

#include <vector>

#include "shortlist/config/data_spec.h"
#include "shortlist/table/table.h"

namespace shortlist {

// The open tables of a config. A side table is null if the config has none.
struct ConfigTables {
  const Table* rows;  // the interactions: [data]
  const Table* items = nullptr;
  const Table* users = nullptr;
};

// Which columns are read from which table.
struct ColumnPlaces {
  std::vector<ColumnRequest> rows, items, users;
};
// Finds the table of each of `columns`. Ids, users, labels, weights and the split column are columns of the
// interactions. Candidate features and attributes may also be in the item table, and query features in the
// user table. Throws a data Error for a column that is in two of these tables, and for one that is only in
// the side table of the other tower.
ColumnPlaces place_columns(const DataSpec& spec, const std::vector<ColumnSpec>& columns,
                           const ConfigTables& tables);

}  // namespace shortlist
