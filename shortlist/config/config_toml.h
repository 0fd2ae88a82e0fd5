// Writes configs.
#pragma once

#include <string>

#include "shortlist/config/config.h"

namespace shortlist {

// The config as TOML that reads back to the same; without comments.
std::string config_to_toml(const Config& config);
// The same with every setting, also those that have their default.
std::string full_config_to_toml(const Config& config);

}  // namespace shortlist
