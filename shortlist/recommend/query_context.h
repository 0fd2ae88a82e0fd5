// Fills in missing query columns with values that are constant for the user in all training rows, such as a
// country.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/model/items.h"
#include "shortlist/recommend/known_users.h"
#include "shortlist/recommend/record.h"

namespace shortlist {

// The number of queries without a value in a column, and how many of them were filled in.
struct ColumnGaps {
  std::string column;
  uint64_t missing = 0, filled = 0;
};

class QueryContext {
 public:
  // Both arguments must outlive it. Without a context nothing is filled in, and gaps() only counts.
  QueryContext(const Bundle& bundle, const KnownUsers& users);

  // `queries` match the recommender's query_columns(). Returns them with missing values filled in, or
  // `queries` itself if nothing can be filled in. `memory` stores the new columns; their texts are views into
  // this object.
  const std::vector<Column>& fill(const std::vector<Column>& queries, std::vector<Column>& memory,
                                  std::deque<std::string>& texts) const;
  // The gaps of each column, in order.
  std::vector<ColumnGaps> gaps(const std::vector<Column>& queries) const;
  // The value that is filled in for a query's column, or nullptr.
  const std::string* value(const std::vector<Column>& queries, size_t column, size_t row) const;

 private:
  std::vector<std::string> names_;
  std::vector<const UserContext::ContextColumn*> values_;  // for each column; null if nothing is known
  const KnownUsers& users_;
};

// Queries together with the filled-in values. Both arguments must outlive it.
struct FilledQueries {
  FilledQueries(const QueryContext& context, const std::vector<Column>& queries)
      : columns(context.fill(queries, memory, texts)) {}
  FilledQueries(const FilledQueries&) = delete;
  FilledQueries& operator=(const FilledQueries&) = delete;

  std::vector<Column> memory;
  std::deque<std::string> texts;
  const std::vector<Column>& columns;
};

}  // namespace shortlist
