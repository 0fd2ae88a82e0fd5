// The neural part of a model: two towers, the ranking tasks over their outputs, and the items' vectors. A
// two-tower retriever searches the vectors; the ranking stage of any retriever also reads them.
#pragma once

#include <memory>

#include "shortlist/model/parameters.h"
#include "shortlist/model/spec.h"

namespace shortlist {

struct Towers {
  ModelSpec spec;
  std::unique_ptr<Parameters> parameters;  // panels packed for forward passes
  Buffer items;  // [items, width]: the candidate tower's output for each item of the catalogue
  // [items, width]: what the rankings read of each item, if it is more than that; else empty.
  Buffer ranked_items;

  size_t query_width() const { return static_cast<size_t>(spec.at(spec.query).width); }
  size_t item_width() const { return static_cast<size_t>(spec.at(spec.candidate).width); }
  bool ranks_more_of_queries() const { return spec.ranked_query >= 0; }
  bool ranks_more_of_items() const { return spec.ranked_candidate >= 0; }
  size_t ranked_query_width() const { return static_cast<size_t>(spec.at(spec.ranking_query()).width); }
  size_t ranked_item_width() const { return static_cast<size_t>(spec.at(spec.ranking_candidate()).width); }
  ConstMatrix ranked_item_vectors() const {
    const size_t width = ranked_item_width();
    return ranks_more_of_items() ? ranked_items.view(ranked_items.size() / width, width) : item_vectors();
  }
  ConstMatrix item_vectors() const { return items.view(items.size() / item_width(), item_width()); }
};

}  // namespace shortlist
