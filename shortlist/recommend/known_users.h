// Looks up the users of a bundle by the user column of queries.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shortlist/features/column_form.h"

namespace shortlist {

struct Bundle;

// Whether a query has the column "history", which only the retriever reads. Not if a feature already reads a
// history, which the retriever then reads too.
bool adds_history_column(const Bundle& bundle);

// The columns of a query: those that the features read, the user if the query has a history, and the history
// if adds_history_column().
std::vector<std::string> query_columns_of(const Bundle& bundle);

class KnownUsers {
 public:
  // The bundle must outlive it. If it has no users, or queries do not contain the user, every user is
  // unknown.
  explicit KnownUsers(const Bundle& bundle);
  bool empty() const { return users_.empty(); }
  // The number of a query's user in the bundle, or unknown_index. The columns match the recommender's
  // query_columns().
  uint32_t number(const std::vector<Column>& queries, size_t row) const;

 private:
  size_t column_ = 0;  // the query's user column
  TextForm form_ = TextForm::text;
  std::unordered_map<std::string_view, uint32_t> users_;
};

}  // namespace shortlist
