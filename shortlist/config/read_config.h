// Reads configs.
#pragma once

#include <string>
#include <vector>

#include "shortlist/config/config.h"

namespace shortlist {

// Reads and checks a config. Throws a usage Error that names file, line, key, what was got and what could be.
Config read_config(const Value& root, const std::string& file);
// From a file, with "key=value" settings put over it, and "" or a table's path for data.table.
Config load_config(const std::string& path, const std::vector<std::string>& settings = {});

}  // namespace shortlist
