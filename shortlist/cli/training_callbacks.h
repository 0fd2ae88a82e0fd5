// Who tells how training goes: lines for people with a bar on a terminal, JSON lines for machines, or only
// warnings.
#pragma once

#include <memory>

#include "shortlist/jobs/training.h"

namespace shortlist {

std::unique_ptr<TrainingCallback> callback_for_people();
// Events: prepared, resumed, refitting, epoch, learning_rate, stopped_early, profile, evaluated, warning; one
// object a line.
std::unique_ptr<TrainingCallback> callback_for_machines();
std::unique_ptr<TrainingCallback> callback_for_warnings();

// "1341", "1.530", ".9973": four digits in about five columns.
std::string compact_figure(double value);

}  // namespace shortlist
