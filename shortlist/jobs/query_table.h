// A table with one query per row. Query columns that the table does not have are missing values.
#pragma once

#include <string>
#include <vector>

#include "shortlist/recommend/query_context.h"
#include "shortlist/recommend/recommender.h"
#include "shortlist/table/table.h"

namespace shortlist {

class QueryTable {
 public:
  // Throws Error(data) if the table has none of the query's columns.
  QueryTable(const Recommender& recommender, const Table& table);

  // The columns that the table has, which must be read first.
  const std::vector<ColumnRequest>& requests() const { return requests_; }
  // All of the query's columns, in the recommender's order, from a chunk that begins with requests().
  std::vector<Column> columns(const Chunk& chunk) const;

  // Counts values that the queries of a chunk do not contain.
  void count(const std::vector<ColumnGaps>& gaps, uint64_t rows);
  // Notes for people: which columns are missing in the queries, and how many values were filled in.
  std::vector<std::string> notes() const;

 private:
  std::vector<ColumnRequest> requests_;
  std::vector<int> place_;                // position in requests_ of each query column, or -1
  std::vector<std::string> suggestions_;  // for absent columns: "; did you mean 'age'?"
  std::vector<ColumnGaps> gaps_;
  uint64_t rows_ = 0;
};

}  // namespace shortlist
