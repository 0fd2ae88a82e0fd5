// What another kind of model than two towers changes in a config.
#pragma once

#include "shortlist/config/config.h"

namespace shortlist {

// Reads [model]. Whether there is such a kind, and its settings, are checked where it is made
// (learners/kinds.h).
void read_model_kind(const Value& value, ModelConfig& model, const Where& where);

// For a kind other than two_tower: it retrieves whether or not [retrieval] is there; and without
// query.features the query is the user alone, as a category feature of data.user. Throws a usage Error for
// settings that only towers have, and where no column makes a query.
void complete_for_kind(Config& config);

}  // namespace shortlist
