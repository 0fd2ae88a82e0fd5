// Resolves a config into the specs that other modules read, so that none of them depends on the whole config.
// The spec of the model comes from build_model() in config/build.h.
#pragma once

#include "shortlist/config/answer_spec.h"
#include "shortlist/config/config.h"
#include "shortlist/config/data_spec.h"
#include "shortlist/config/train_spec.h"

namespace shortlist {

DataSpec resolve_data(const Config& config);
TrainSpec resolve_training(const Config& config);
AnswerSpec resolve_answers(const Config& config);

}  // namespace shortlist
