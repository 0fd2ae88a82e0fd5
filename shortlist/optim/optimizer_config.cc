#include "shortlist/optim/optimizer_config.h"

#include <fmt/ranges.h>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

// FTRL divides by the learning rate.
void check_rates_of_ftrl(const ScheduleConfig& schedule) {
  if (schedule.warm_up > 0 && schedule.warm_up_from == 0)
    throw usage_error("optimizer: ftrl divides by the learning rate: warm_up needs warm_up_from above 0");
  if (schedule.falls() && schedule.end == 0)
    throw usage_error("optimizer: ftrl divides by the learning rate: kind = \"{}\" needs end above 0",
                      enum_name(schedule.kind));
}

}  // namespace

std::string optimizer_names() {
  std::vector<std::string> names = all_optimizers();
  const std::string last = names.back();
  names.pop_back();
  return fmt::format("{} and {}", fmt::join(names, ", "), last);
}

void check_optimizer(const OptimizerConfig& config) {
  const size_t named = named_optimizers(config).size();
  if (named != 1) throw usage_error("optimizer: sets {} of {}, need exactly one", named, optimizer_names());
  if (config.rowwise && !config.adagrad) throw usage_error("optimizer: rowwise needs adagrad");
  check_owners(config);
  if (config.clip_accumulator && config.accumulate_first)
    throw usage_error("optimizer: got both clip_accumulator and accumulate_first, need at most one");
  if (config.clippy_adagrad && config.decay() != 0)
    throw usage_error("optimizer: weight_decay cannot be combined with clippy_adagrad");
  const int clips =
      config.clip_norm.has_value() + config.clip_global_norm.has_value() + config.clip_value.has_value();
  if (clips > 1)
    throw usage_error("optimizer: sets {} of clip_norm, clip_global_norm and clip_value, need at most one",
                      clips);
  if (config.schedule) check_schedule(*config.schedule);
  if (config.schedule && config.ftrl) check_rates_of_ftrl(*config.schedule);
}

}  // namespace shortlist
