// Reads configs.
#pragma once

#include <string>
#include <vector>

#include "shortlist/config/config.h"

namespace shortlist {

// Reads and checks a config. Throws a usage Error with file, line, key, the value and what is allowed.
Config read_config(const Value& root, const std::string& file);
// Reads a config file and overrides its settings with `settings`, each "key=value".
Config load_config(const std::string& path, const std::vector<std::string>& settings = {});

}  // namespace shortlist
