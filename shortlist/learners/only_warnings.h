// For learners that run other learners, whose epochs are not those of the run.
#pragma once

#include <string>

#include "shortlist/train/training_callback.h"

namespace shortlist {

// Passes on nothing but warnings.
class OnlyWarnings final : public TrainingCallback {
 public:
  explicit OnlyWarnings(TrainingCallback& callback) : callback_(callback) {}
  void warned(const std::string& message) override { callback_.warned(message); }

 private:
  TrainingCallback& callback_;
};

}  // namespace shortlist
