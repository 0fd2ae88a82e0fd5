// The phases of a training step as a table for people: what each does, how long it takes, and what share that
// is of the machine's peak.
#pragma once

#include <string>

#include "shortlist/model/step_profile.h"

namespace shortlist {

std::string profile_text(const StepProfile& profile);

}  // namespace shortlist
