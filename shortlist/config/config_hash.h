// Checks whether a run can be resumed with a config.
#pragma once

#include <string>

#include "shortlist/config/config.h"

namespace shortlist {

// SHA-256 of the settings that determine a run's numbers: all but the learning rate, the length of the run
// and its outputs.
std::string config_hash(const Config& config);

}  // namespace shortlist
