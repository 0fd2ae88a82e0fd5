#include "shortlist/train/watch.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "shortlist/metrics/higher_is_better.h"

namespace shortlist {

double monitored(const EpochRecord& epoch, const std::string& monitor) {
  const Metrics& figures = epoch.validation.empty() ? epoch.train : epoch.validation;
  if (const double* value = find_metric(figures, monitor)) return *value;
  std::vector<std::string> names;
  for (const auto& [name, value] : figures) names.push_back(name);
  throw usage_error("monitor = \"{}\": there is no such figure, only {}", monitor, fmt::join(names, ", "));
}

double Plateau::after_epoch(const EpochRecord& epoch, double learning_rate) {
  const double sign = higher_is_better(config_.monitor) ? 1 : -1;
  const double current = sign * monitored(epoch, config_.monitor);
  if (state.cooldown > 0) {
    --state.cooldown;
    state.wait = 0;
  }
  // A NaN is never an improvement, and never a reference for later values.
  if (state.started ? current > state.best + config_.min_delta : !std::isnan(current)) {
    state.started = true;
    state.best = current;
    state.wait = 0;
  } else if (state.cooldown == 0 && ++state.wait >= config_.patience && learning_rate > config_.minimum) {
    state.cooldown = config_.cooldown;
    state.wait = 0;
    return std::max(learning_rate * config_.factor, config_.minimum);
  }
  return learning_rate;
}

bool EarlyStopping::after_epoch(const EpochRecord& epoch) {
  const double sign = higher_is_better(config_.monitor) ? 1 : -1;
  const double current = sign * monitored(epoch, config_.monitor);
  ++state.epochs;
  ++state.wait;
  const bool first = state.best_epoch == 0;
  if (first ? std::isnan(current) : !(current - config_.min_delta > state.best)) return false;
  state.best = current;
  state.best_epoch = epoch.epoch;
  state.wait = 0;
  return true;
}

}  // namespace shortlist
