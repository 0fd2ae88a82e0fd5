// Writes configs.
#pragma once

#include <string>

#include "shortlist/config/config.h"

namespace shortlist {

// The config as TOML without comments. Reading it gives the same config.
std::string config_to_toml(const Config& config);
// The same with every setting, including those at their default.
std::string full_config_to_toml(const Config& config);

}  // namespace shortlist
