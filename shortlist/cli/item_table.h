// A table with one item per row, for predictions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/recommend/recommender.h"
#include "shortlist/table/table.h"

namespace shortlist {

// A table normally has all columns of the item. If some of them came from the model's item table, and
// this table has the item's id, other columns may be absent: an item of the catalogue is looked up by its id,
// and for any other item the absent columns are missing values.
class ItemTable {
 public:
  ItemTable(const Recommender& recommender, const Table& table);

  // The columns to read.
  const std::vector<ColumnRequest>& requests() const { return requests_; }

  // The rows of a chunk in which requests() start at column `first`. If items are looked up, known[row] is
  // the row's item, and `columns` are the item's columns of the rows without one. Otherwise `known` is empty.
  struct Rows {
    std::vector<std::optional<uint32_t>> known;
    std::vector<Column> columns;
    size_t unknown = 0;  // rows whose item is looked up but not in the catalogue
  };
  Rows read(const Chunk& chunk, size_t first) const;

  void count(size_t unknown) { unknown_ += unknown; }
  // Prints in how many rows the item is not in the catalogue.
  void say_unknown() const;

 private:
  const Recommender& recommender_;
  std::vector<ColumnRequest> requests_;
  std::vector<int> place_;    // position in requests_ of each column of the item, or -1
  std::optional<size_t> id_;  // if items are looked up: position of the id in requests_
  size_t unknown_ = 0;
};

}  // namespace shortlist
