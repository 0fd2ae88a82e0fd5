#include "shortlist/train/kept_epoch.h"

#include "shortlist/train/watch.h"

namespace shortlist {

int kept_epoch(const Config& config, const History& history) {
  if (history.epochs.empty()) return 0;
  const int last = history.epochs.back().epoch;
  const auto& early = config.training.early_stopping;
  if (!early || !early->restore_best || config.training.refit) return last;
  EarlyStoppingConfig settings = *early;
  const bool has_validation = !history.epochs.back().validation.empty();
  settings.monitor = settings.monitor == kServedMonitor && !has_validation
                         ? "loss"
                         : config.monitored_metric(settings.monitor);
  EarlyStopping watch(settings);
  int kept = last;
  for (const EpochRecord& epoch : history.epochs) {
    // Epochs before a change of the config may lack the metric.
    const Metrics& figures = epoch.validation.empty() ? epoch.train : epoch.validation;
    if (find_metric(figures, settings.monitor) != nullptr && watch.after_epoch(epoch)) kept = epoch.epoch;
  }
  return kept;
}

}  // namespace shortlist
