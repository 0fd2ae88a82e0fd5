// Adds up the time that threads spend in the numbered phases of repeated work.
#pragma once

#include <time.h>

#include <cstddef>
#include <vector>

namespace shortlist {

class PhaseClock {
 public:
  PhaseClock() = default;  // measures nothing
  // `clock` is CLOCK_MONOTONIC, or CLOCK_THREAD_CPUTIME_ID to exclude the time that a thread waits for a
  // processor.
  PhaseClock(size_t phases, int threads, clockid_t clock)
      : clock_(clock), seconds_(static_cast<size_t>(threads), std::vector<double>(phases)) {}

  bool running() const { return !seconds_.empty(); }

  // Does the work and, if running, adds its time to the phase. Each thread passes its own `worker`.
  template <typename Work>
  void time(size_t phase, int worker, Work&& work) {
    if (!running()) return work();
    const double start = now();
    work();
    seconds_[static_cast<size_t>(worker)][phase] += now() - start;
  }

  // The sum over all threads.
  double seconds(size_t phase) const {
    double sum = 0;
    for (const std::vector<double>& own : seconds_) sum += own[phase];
    return sum;
  }

 private:
  double now() const {
    timespec time;
    clock_gettime(clock_, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }

  clockid_t clock_ = CLOCK_MONOTONIC;
  std::vector<std::vector<double>> seconds_;  // [worker][phase]
};

}  // namespace shortlist
