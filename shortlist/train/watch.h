// Monitors of a metric after each epoch: reduce the learning rate, stop early, and track the best epoch.
#pragma once

#include <limits>
#include <string>
#include <string_view>

#include "shortlist/config/training_config.h"
#include "shortlist/metrics/history.h"

namespace shortlist {

// The epoch's value of the monitored metric on the validation rows, or on the training rows if there are
// none. Throws a usage Error that lists the available metrics.
double monitored(const EpochRecord& epoch, const std::string& monitor);

// Keras's ReduceLROnPlateau.
class Plateau {
 public:
  explicit Plateau(const PlateauConfig& config) : config_(config) {}
  // Returns the learning rate for the next epochs.
  double after_epoch(const EpochRecord& epoch, double learning_rate);

  struct State {
    bool started = false;
    double best = 0;
    int wait = 0, cooldown = 0;
  };
  State state;

 private:
  PlateauConfig config_;
};

// Keras's EarlyStopping.
class EarlyStopping {
 public:
  explicit EarlyStopping(const EarlyStoppingConfig& config) : config_(config) {}
  // Returns whether this epoch is the best so far.
  bool after_epoch(const EpochRecord& epoch);
  // Never true right after the best epoch, even if patience is 0.
  bool should_stop() const { return state.wait > 0 && state.wait >= config_.patience && state.epochs > 1; }
  bool restores_best() const { return config_.restore_best; }

  struct State {
    double best = 0;
    int best_epoch = 0;  // 1-based; 0 before the first
    int wait = 0, epochs = 0;
  };
  State state;

 private:
  EarlyStoppingConfig config_;
};

}  // namespace shortlist
