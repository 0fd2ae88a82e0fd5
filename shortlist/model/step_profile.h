// The work and time of a training step, by phase.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace shortlist {

struct StepPhase {
  std::string name;       // "ranking/rating/dense_1"
  std::string part;       // "forward", "backward", "gradient", or "" for a phase without parts
  double operations = 0;  // floating-point operations of its products; a multiply-add counts as two
  double bytes = 0;       // of all matrices read or written, each counted once
  double seconds = 0;     // of work, summed over all threads and steps
};

// `operations` and `bytes` are those of the last step.
struct StepProfile {
  int64_t steps = 0;
  int threads = 0;
  double peak = 0;     // floating-point operations per second that the machine reaches with `threads` threads
  double seconds = 0;  // of all steps, from the first row to the updated weights
  std::vector<StepPhase> phases;

  // Time per step, and the share of a phase in it.
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
