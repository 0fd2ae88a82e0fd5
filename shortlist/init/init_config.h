// A config for a table that nobody has described: written from what its columns look like, with the reason
// beside each choice. It trains as it is.
#pragma once

#include <string>

#include "shortlist/init/init_options.h"
#include "shortlist/init/side_tables.h"
#include "shortlist/table/table.h"

namespace shortlist {

// TOML that read_config() takes; [data] says what the table's source says. The same table gives the same
// text. Throws a data Error for a table without rows and for a named column that is not there or does not
// fit; a usage Error where no query or no candidate can be found.
// `sides` are tables of items and users: then [items] and [users] say how they are joined to the table.
std::string init_config(const Table& table, const InitOptions& options, const InitSides& sides = {});

}  // namespace shortlist
