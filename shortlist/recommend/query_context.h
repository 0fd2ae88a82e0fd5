// Fills in missing query columns of known users: with values that are constant for the user in all training
// rows, such as a country, and with the user's history.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/features/history.h"
#include "shortlist/interactions/user_ratings.h"
#include "shortlist/model/items.h"
#include "shortlist/recommend/known_users.h"
#include "shortlist/recommend/record.h"

namespace shortlist {

// The number of queries without a value in a column, and how many of them were filled in.
struct ColumnGaps {
  std::string column;
  uint64_t missing = 0, filled = 0;
  // A history that is filled in is nothing unusual, and neither is a user whom no feature reads.
  bool is_usual = false;
  // A history that the retriever reads: queries without one get popular items.
  bool gets_popular = false;
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
  // The value that is filled in for a query's column, or none.
  std::optional<std::string> value(const std::vector<Column>& queries, size_t column, size_t row) const;
  // The ids of the items that are filled in for a query's history, oldest first. Empty if it gives one.
  std::vector<std::string> known_history(const std::vector<Column>& queries, size_t column, size_t row) const;
  // Whether a known user's value is used where the query gives none.
  bool has_value(const std::vector<Column>& queries, size_t column, size_t row) const;
  // Whether only the retriever reads the column, which is a history.
  bool is_of_retriever(size_t column) const { return columns_[column].is_of_retriever; }
  // Whether a feature reads the column, and whether a history does. Nothing but known histories depends on a
  // user whom no feature reads.
  bool is_read(size_t column) const { return columns_[column].is_read; }
  bool is_history(size_t column) const { return columns_[column].length > 0; }

 private:
  struct Known {
    std::string name;
    bool is_read = false;
    const UserContext::ContextColumn* values = nullptr;  // null if nothing is known
    size_t length = 0;                                   // of the longest history that reads the column
    bool is_of_retriever = false;  // a history that is not filled in, since the retriever knows it
  };
  bool fills(size_t column) const { return columns_[column].values != nullptr || is_history(column); }
  std::vector<std::string> history_of(uint32_t user, size_t length) const;

  std::vector<Known> columns_;
  const KnownUsers& users_;
  const UserRatings& ratings_;
  const Items& items_;
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
