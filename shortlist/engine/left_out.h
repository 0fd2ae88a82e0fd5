// Items that a query of a batch does not get, beside those that no query gets: what its user has seen, and
// what the request excludes for it.
#pragma once

#include <unordered_map>

#include "shortlist/engine/distinct_rows.h"
#include "shortlist/engine/item_filter.h"
#include "shortlist/metrics/seen_items.h"

namespace shortlist {

// Of each user, as a bundle numbers them.
SeenItems seen_items(const UserRatings& ratings);

// The items that each user of a bundle has in the training rows.
class SeenByUser {
 public:
  // The bundle must outlive it. Without users, or where queries do not tell them, no user is known.
  explicit SeenByUser(const Bundle& bundle);
  bool empty() const { return users_.empty(); }
  // The user of a row of a query's column, or unknown_index.
  uint32_t user(const Column& column, size_t row) const;
  size_t column() const { return column_; }  // of the query, that tells the user
  std::span<const uint32_t> of(uint32_t user) const { return seen_.of(user); }

 private:
  size_t column_ = 0;
  TextForm form_ = TextForm::text;
  SeenItems seen_;
  std::unordered_map<std::string_view, uint32_t> users_;
};

struct LeftOut {
  std::vector<std::span<const uint32_t>> items;  // of each distinct query, ascending
  std::vector<std::vector<uint32_t>> memory;     // what some of them look at
};

// Tells queries apart that are equal to the model but leave other items out: then `distinct` has more rows.
LeftOut leave_out(const RecommendOptions& options, const Bundle& bundle, const SeenByUser& seen,
                  const ItemFilter& filter, const std::vector<Column>& queries, DistinctRows& distinct);

}  // namespace shortlist
