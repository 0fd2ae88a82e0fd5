// A table with a query in each row. Columns of the query that it does not have are missing.
#pragma once

#include <string>
#include <vector>

#include "shortlist/recommend/query_context.h"
#include "shortlist/recommend/recommender.h"
#include "shortlist/table/table.h"

namespace shortlist {

class QueryTable {
 public:
  // Throws a data Error where the table has none of the query's columns.
  QueryTable(const Recommender& recommender, const Table& table);

  // Those that the table has, to be read first.
  const std::vector<ColumnRequest>& requests() const { return requests_; }
  // All of the query's columns, in the recommender's order, of a chunk that begins with requests().
  std::vector<Column> columns(const Chunk& chunk) const;

  // Adds what the queries of a chunk do not give.
  void count(const std::vector<ColumnGaps>& gaps, uint64_t rows);
  // Says which columns the queries do not give, and how many were filled in.
  void say_gaps() const;

 private:
  std::vector<ColumnRequest> requests_;
  std::vector<int> place_;                // of each column of the query in requests_, or -1
  std::vector<std::string> suggestions_;  // for the columns that are not there: "; did you mean 'age'?"
  std::vector<ColumnGaps> gaps_;
  uint64_t rows_ = 0;
};

}  // namespace shortlist
