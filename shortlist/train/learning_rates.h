// The learning rates of a finished training, for another one on more rows.
#pragma once

#include <cstdint>
#include <vector>

namespace shortlist {

struct LearningRates {
  std::vector<double> of_epochs;  // before schedules, up to the epoch whose weights are kept
  // Schedules that count steps are stretched from these to the steps of the other training.
  int64_t steps_an_epoch = 0;
};

}  // namespace shortlist
