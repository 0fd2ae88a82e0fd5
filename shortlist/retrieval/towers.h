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

  size_t query_width() const { return static_cast<size_t>(spec.at(spec.query).width); }
  size_t item_width() const { return static_cast<size_t>(spec.at(spec.candidate).width); }
  ConstMatrix item_vectors() const { return items.view(items.size() / item_width(), item_width()); }
};

}  // namespace shortlist
