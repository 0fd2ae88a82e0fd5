// Seconds spent in each stage of a request, for the metrics.
#pragma once

#include <chrono>

#include "shortlist/recommend/recommender.h"

namespace shortlist {

struct Stages {
  double parse = 0, write = 0;
  StageSeconds engine;
};

// Adds its lifetime to a stage.
class StageTimer {
 public:
  explicit StageTimer(double& seconds) : seconds_(seconds), begin_(std::chrono::steady_clock::now()) {}
  ~StageTimer() {
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }
  StageTimer(const StageTimer&) = delete;

 private:
  double& seconds_;
  std::chrono::steady_clock::time_point begin_;
};

}  // namespace shortlist
