// The lines of answers to a table of queries.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "shortlist/cli/passed_columns.h"
#include "shortlist/recommend/query_context.h"
#include "shortlist/recommend/recommender.h"

namespace shortlist {

// Answers to the rows of a chunk.
struct Answers {
  std::vector<std::vector<Recommendation>> items;  // of each row
  std::vector<std::string> errors;                 // of each row, "" if it has none; empty if no row has one
  UnseenCounts unseen;
  std::vector<ColumnGaps> gaps;
};

enum class RowErrors { end_the_job, are_a_column };

// A line for each item of each query: query, the query's own columns, rank, item_id, predictions, score,
// attributes and, with RowErrors::are_a_column, error. A query with an error has one line, without an item.
class AnswerTable {
 public:
  // Both objects must outlive it.
  AnswerTable(const Recommender& recommender, const PassedColumns& passed, int64_t offset, bool attributes,
              RowErrors errors = RowErrors::end_the_job);

  const std::vector<OutputColumn>& columns() const { return columns_; }

  // The lines of the rows [begin, end) of a chunk, which ends with the passed columns. New texts are stored
  // in `memory`.
  Chunk lines(const Chunk& queries, const Answers& answers, size_t begin, size_t end,
              std::deque<std::string>& memory) const;

 private:
  using ColumnPlace = std::vector<Column>::iterator;
  void add_item(const Recommendation& item, ColumnPlace column, std::deque<std::string>& memory) const;
  void add_error(const std::string& error, ColumnPlace column, ColumnPlace end) const;

  const Recommender& recommender_;
  const PassedColumns& passed_;
  const int64_t offset_;
  const RowErrors errors_;
  std::vector<const Attribute*> attributes_;
  std::vector<OutputColumn> columns_;
};

}  // namespace shortlist
