// What a search varies if no space is given.
#pragma once

#include "shortlist/config/config.h"
#include "shortlist/trials/space.h"

namespace shortlist {

// Of two towers: the learning rate, the batch, and the dropout and embedding sizes that the config has. Of
// other kinds: the settings listed for the kind. Throws a usage Error if there are none.
Space default_space(const Config& config);

// The space as a tree: a table of `keys` if they are not the name, `values`, or `min`, `max`, `log` and
// `integer`, by name.
Value space_value(const Space& space);
// The same as TOML, to start one from.
std::string space_to_toml(const Space& space);

}  // namespace shortlist
