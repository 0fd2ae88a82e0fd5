// Configs of earlier versions. A config file with an old name is an error that says what to write, but a
// bundle keeps the config that it was trained with.
#pragma once

#include "shortlist/base/value.h"

namespace shortlist {

// Returns a bundle's config with the names of this version: [items] for [candidate], "item" for "candidate"
// in the inputs of rankings, and the settings of HNSW. Anything else is unchanged.
Value with_current_names(Value config);

}  // namespace shortlist
