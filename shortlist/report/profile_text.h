// The phases of a training step as a text table: what each does, how long it takes, and its share of the
// machine's peak.
#pragma once

#include <string>

#include "shortlist/model/step_profile.h"

namespace shortlist {

std::string profile_text(const StepProfile& profile);

}  // namespace shortlist
