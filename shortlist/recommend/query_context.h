// Fills in what a query leaves out: a value that its user has in all training rows, such as a country.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/model/items.h"
#include "shortlist/recommend/known_users.h"
#include "shortlist/recommend/record.h"

namespace shortlist {

// How many queries have no value of a column, and how many were given one.
struct ColumnGaps {
  std::string column;
  uint64_t missing = 0, filled = 0;
};

class QueryContext {
 public:
  // Both must outlive it. Without a context nothing is filled in, and gaps() counts.
  QueryContext(const Bundle& bundle, const KnownUsers& users);

  // Columns that go with the recommender's query_columns(): with missing values filled in, or `queries`
  // itself where there are none to fill in. `memory` holds the new columns, and this object their texts.
  const std::vector<Column>& fill(const std::vector<Column>& queries, std::vector<Column>& memory,
                                  std::deque<std::string>& texts) const;
  // Of each column, in their order.
  std::vector<ColumnGaps> gaps(const std::vector<Column>& queries) const;
  // The value that a query's column gets; nullptr for none.
  const std::string* value(const std::vector<Column>& queries, size_t column, size_t row) const;

 private:
  std::vector<std::string> names_;
  std::vector<const UserContext::ContextColumn*> values_;  // of each column; null where nothing is known
  const KnownUsers& users_;
};

// Queries with what the context fills in. Both arguments must outlive it.
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
