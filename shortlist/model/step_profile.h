// What a training step does and how long it takes, phase by phase.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace shortlist {

struct StepPhase {
  std::string name;       // "ranking/rating/dense_1"
  std::string part;       // "forward", "backward", "gradient", or "" for what has no parts
  double operations = 0;  // floating-point operations of its products; a multiply-add is two
  double bytes = 0;       // every matrix that it reads or writes, once
  double seconds = 0;     // of work, all threads together, over all steps
};

// `operations` and `bytes` are those of the last step.
struct StepProfile {
  int64_t steps = 0;
  int threads = 0;
  double peak = 0;     // floating-point operations a second that the machine can do on so many threads
  double seconds = 0;  // of all steps, from the first row to the new weights
  std::vector<StepPhase> phases;

  // Of a step, and the part of it that a phase takes.
  double milliseconds() const { return 1e3 * seconds / static_cast<double>(std::max<int64_t>(1, steps)); }
  double milliseconds(const StepPhase& phase) const {
    return 1e3 * phase.seconds / static_cast<double>(std::max<int64_t>(1, steps * threads));
  }
  double operations() const {
    double sum = 0;
    for (const StepPhase& phase : phases) sum += phase.operations;
    return sum;
  }
};

}  // namespace shortlist
