// The users of a bundle, as queries name them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shortlist/features/column_form.h"

namespace shortlist {

struct Bundle;

class KnownUsers {
 public:
  // The bundle must outlive it. Without users, or where queries do not tell them, no user is known.
  explicit KnownUsers(const Bundle& bundle);
  bool empty() const { return users_.empty(); }
  // The number of a query's user as the bundle counts, or unknown_index. The columns go with the
  // recommender's query_columns().
  uint32_t number(const std::vector<Column>& queries, size_t row) const;

 private:
  size_t column_ = 0;  // of the query, that tells the user
  TextForm form_ = TextForm::text;
  std::unordered_map<std::string_view, uint32_t> users_;
};

}  // namespace shortlist
