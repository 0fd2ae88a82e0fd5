// What looks at a figure after each epoch: lowers the learning rate, stops, remembers the best.
#pragma once

#include <limits>
#include <string>
#include <string_view>

#include "shortlist/config/config.h"
#include "shortlist/metrics/history.h"

namespace shortlist {

// Whether more of a figure is better: of top_k, mrr, recall, NDCG, auc and accuracy. Less is better of
// losses, rmse, mae and ranks.
bool higher_is_better(std::string_view figure);

// The figure of an epoch that a monitor names, of the validation rows, or of the training rows where there
// are none. Throws a usage Error that names the figures there are.
double monitored(const EpochRecord& epoch, const std::string& monitor);

// Keras's ReduceLROnPlateau.
class Plateau {
 public:
  explicit Plateau(const PlateauConfig& config) : config_(config) {}
  // Returns the learning rate from here on.
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
  // Never right after the best epoch, also when patience is 0.
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
