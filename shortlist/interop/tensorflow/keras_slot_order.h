// Assigns optimizer slots to parameters, for an optimizer that does not name them.
#pragma once

#include <optional>
#include <vector>

#include "shortlist/model/parameters.h"

namespace shortlist {

// Keras optimizers store slots in the order in which the model created its variables: the towers and the
// rankings one after another, in any order, and within a tower the embeddings first, in any order. For slots
// with these shapes, returns the parameter of each. If several orders fit, returns the first; if none fits,
// returns nothing.
std::optional<std::vector<size_t>> find_slot_order(const ModelSpec& spec, const Parameters& parameters,
                                                   const std::vector<std::vector<int64_t>>& shapes);

}  // namespace shortlist
