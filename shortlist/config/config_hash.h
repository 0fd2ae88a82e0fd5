// Checks whether a run can be resumed with a config.
#pragma once

#include <string>

#include "shortlist/config/config.h"

namespace shortlist {

// SHA-256 of the settings that determine a run's numbers: all but the learning rate, the length of the run
// and its outputs.
std::string config_hash(const Config& config);

// SHA-256 of all settings but the paths of tables: the ranks of a job must have the same.
std::string whole_config_hash(const Config& config);

}  // namespace shortlist
