// A table with a candidate in each row, for predictions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/recommend/recommender.h"
#include "shortlist/table/table.h"

namespace shortlist {

// A table normally has all of the candidate's columns. Where the model's item table had some of them, and
// this table has the item's id, other columns may be absent: an item of the catalogue is then known by its
// id, and of another one the absent columns are missing.
class CandidateTable {
 public:
  CandidateTable(const Recommender& recommender, const Table& table);

  // What is to be read.
  const std::vector<ColumnRequest>& requests() const { return requests_; }

  // The candidates of a chunk whose columns `first` and those after it are requests(). Where items are looked
  // up, items[row] is the row's item, and `columns` are the candidate's columns of the rows without one; else
  // items is empty.
  struct Candidates {
    std::vector<std::optional<uint32_t>> items;
    std::vector<Column> columns;
    size_t unknown = 0;  // rows whose item is looked up and not in the catalogue
  };
  Candidates read(const Chunk& chunk, size_t first) const;

  void count(size_t unknown) { unknown_ += unknown; }
  // Says in how many rows the catalogue does not have the item.
  void say_unknown() const;

 private:
  const Recommender& recommender_;
  std::vector<ColumnRequest> requests_;
  std::vector<int> place_;    // of each of the candidate's columns in requests_, or -1
  std::optional<size_t> id_;  // where items are looked up: the id's place in requests_
  size_t unknown_ = 0;
};

}  // namespace shortlist
