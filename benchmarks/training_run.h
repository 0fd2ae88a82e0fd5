// Trains a model and times its steps.
#pragma once

#include <atomic>
#include <chrono>
#include <ctime>
#include <optional>
#include <vector>

#include "shortlist/config/build.h"
#include "shortlist/config/resolve.h"
#include "shortlist/math/peak.h"
#include "shortlist/train/prepare.h"
#include "shortlist/train/trainer.h"

namespace shortlist {

using Clock = std::chrono::steady_clock;
inline double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}
// Processor time of the whole process: the measure least affected by other load.
inline double processor_milliseconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

// Times the steps of a run and stops it after `steps`.
class StepClock : public TrainingCallback {
 public:
  StepClock(int steps, std::atomic<bool>& stop) : steps_(steps), stop_(stop), last_(Clock::now()) {}
  void after_step(const Progress&) override {
    if (!first_of_epoch_) {  // it also computes the epoch's order
      times.push_back(milliseconds_since(last_));
      processor_times.push_back(processor_milliseconds() - last_processor_);
    }
    last_ = Clock::now();
    last_processor_ = processor_milliseconds();
    first_of_epoch_ = false;
    stop_ = ++taken_ > steps_;
  }
  void after_epoch(const EpochRecord&, const Parameters&) override { first_of_epoch_ = true; }

  std::vector<double> times, processor_times;

 private:
  int steps_, taken_ = 0;
  bool first_of_epoch_ = true;
  std::atomic<bool>& stop_;
  Clock::time_point last_;
  double last_processor_ = 0;
};

// One model being trained on its own threads.
class Run {
 public:
  Run(const Config& config, const PreparedData& prepared, int threads)
      : config_(config),
        spec_(build_model(config, prepared.features, prepared.label_scales)),
        parameters_(spec_),
        pool_(threads) {
    parameters_.initialize(42);
    trainer_.emplace(resolve_training(config_), spec_, parameters_, prepared.data, pool_);
  }

  struct Round {
    double peak;  // operations per second
    std::vector<double> times, processor_times;
  };
  Round round(int steps) {
    const double before = multiply_add_peak(pool_, 0.02);
    std::atomic<bool> stop = false;
    StepClock clock(steps, stop);
    trainer_->run(clock, stop);
    return {std::max(before, multiply_add_peak(pool_, 0.02)), clock.times, clock.processor_times};
  }
  StepProfile profile(int steps) {
    trainer_->start_profile();
    round(steps);
    return trainer_->profile();
  }
  // The floating-point operations of the products in the last step.
  double operations() const { return trainer_->profile().operations(); }

 private:
  const Config& config_;
  ModelSpec spec_;
  Parameters parameters_;
  ThreadPool pool_;
  std::optional<Trainer> trainer_;
};

}  // namespace shortlist
