// Whose slots are which, in an optimizer that does not name them.
#pragma once

#include <optional>
#include <vector>

#include "shortlist/model/parameters.h"

namespace shortlist {

// Keras's optimizers hold slots in the order in which a model made its variables: the towers and the rankings
// one after another, in any order, and within a tower first its embeddings, in any order. Of slots with these
// shapes, returns which parameter each belongs to, where several fit the first; nothing where none fits.
std::optional<std::vector<size_t>> find_slot_order(const ModelSpec& spec, const Parameters& parameters,
                                                   const std::vector<std::vector<int64_t>>& shapes);

}  // namespace shortlist
