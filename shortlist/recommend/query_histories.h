// The histories that queries give: lists of item ids that features read, or that the retriever reads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/features/feature_map.h"
#include "shortlist/features/history.h"
#include "shortlist/recommend/item_filter.h"

namespace shortlist {

struct Bundle;

class QueryHistories {
 public:
  // All must outlive it. `features` are those of the query.
  QueryHistories(const Bundle& bundle, const FeatureMap& features, const ItemFilter& items);

  // The known items of all histories that a query gives, not only of the last ones that features read.
  // `queries` are as they were asked, here and below.
  std::vector<uint32_t> items(const std::vector<Column>& queries, size_t row) const;
  // The known items of the history for the retriever, oldest first; none if the query does not give it, or if
  // the retriever does not read users.
  std::optional<std::vector<uint32_t>> of_retriever(const std::vector<Column>& queries, size_t row) const;

  // Messages about unknown items. One per column: "history: the model has not seen 2 of 5 items: 'm98',
  // 'm99'". Names the first of them, each once. And one about queries for whose history the retriever can
  // only list popular items.
  std::vector<std::string> notes(const std::vector<Column>& queries) const;

 private:
  struct Source {
    std::string name;
    size_t column = 0;
    const HistoryFeature* feature = nullptr;  // null: only the retriever reads it
  };
  int32_t find(const Source& source, std::string_view id) const;
  std::string unknown_in(const Source& source, const Column& column) const;
  std::string without_items(const std::vector<Column>& queries) const;

  const ItemFilter& items_;
  std::vector<Source> sources_;
  bool read_by_retriever_ = false;  // the first source
};

}  // namespace shortlist
