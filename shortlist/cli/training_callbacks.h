// Callbacks that report training progress: text with a progress bar on a terminal, JSON lines for programs,
// or only warnings.
#pragma once

#include <memory>

#include "shortlist/jobs/training.h"

namespace shortlist {

std::unique_ptr<TrainingCallback> callback_for_people();
// Prints one JSON object per line: jobs/training_events.h.
std::unique_ptr<TrainingCallback> callback_for_machines();
std::unique_ptr<TrainingCallback> callback_for_warnings();

// "1341", "1.530", ".9973": four digits in about five characters.
std::string compact_figure(double value);

}  // namespace shortlist
