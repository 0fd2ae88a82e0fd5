// Tells whether a run can go on with a config.
#pragma once

#include <string>

#include "shortlist/config/config.h"

namespace shortlist {

// The SHA-256 of what decides a run's numbers: everything but the learning rate, how long it runs and what it
// leaves behind.
std::string config_hash(const Config& config);

}  // namespace shortlist
