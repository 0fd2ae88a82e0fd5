#include "shortlist/train/kept_epoch.h"

#include "shortlist/train/watch.h"

namespace shortlist {

int kept_epoch(const TrainSpec& spec, const History& history) {
  if (history.epochs.empty()) return 0;
  const int last = history.epochs.back().epoch;
  const auto& early = spec.settings.early_stopping;
  if (!early || !early->restore_best || spec.settings.refit) return last;
  EarlyStoppingConfig settings = *early;
  settings.monitor = spec.monitored_metric(settings.monitor, !history.epochs.back().validation.empty());
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
