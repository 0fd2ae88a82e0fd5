// Writes a config for a table without one, guessed from its columns, with the reason next to each choice. The
// config can be trained as it is.
#pragma once

#include <string>

#include "shortlist/init/init_options.h"
#include "shortlist/init/kind_choice.h"
#include "shortlist/init/side_tables.h"
#include "shortlist/table/table.h"

namespace shortlist {

// Returns TOML for read_config(). [data] is the table's source. The same table gives the same text. Throws
// Error(data) for a table without rows, and for a named column that does not exist or is not suitable. Throws
// Error(usage) if no query or item is found. `sides` are tables of items and users. If given, [items]
// and [users] say how they are joined to the table. `choice`, if given, gets the kind of model that suits the
// table; the config is always that of two towers, and has the reason in a comment.
std::string init_config(const Table& table, const InitOptions& options, const InitSides& sides = {},
                        KindChoice* choice = nullptr);

}  // namespace shortlist
