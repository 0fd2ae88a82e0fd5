#include "shortlist/optim/optimizer_config.h"

#include <fmt/ranges.h>

#include <span>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

struct Named {
  const char* name;
  std::optional<double> OptimizerConfig::*rate;
};
constexpr Named kOptimizers[] = {
    {"adam", &OptimizerConfig::adam},       {"adamw", &OptimizerConfig::adamw},
    {"adagrad", &OptimizerConfig::adagrad}, {"ftrl", &OptimizerConfig::ftrl},
    {"sgd", &OptimizerConfig::sgd},         {"clippy_adagrad", &OptimizerConfig::clippy_adagrad},
    {"rmsprop", &OptimizerConfig::rmsprop}, {"nadam", &OptimizerConfig::nadam},
    {"adamax", &OptimizerConfig::adamax}};

// Throws if a setting of one optimizer differs from its default although another one is set.
void check_owner(bool set, const char* owner, const OptimizerConfig& config,
                 std::initializer_list<std::pair<const char*, bool>> changed) {
  for (const auto& [name, is_changed] : changed) {
    if (is_changed && !set)
      throw usage_error("optimizer: {} needs {}, got {}", name, owner, named_optimizers(config)[0]);
  }
}

void check_owners(const OptimizerConfig& config) {
  const OptimizerConfig other;
  const auto changed = [&](auto OptimizerConfig::*setting) { return config.*setting != other.*setting; };
  check_owner(config.ftrl.has_value(), "ftrl", config,
              {{"learning_rate_power", changed(&OptimizerConfig::learning_rate_power)},
               {"beta", changed(&OptimizerConfig::beta)},
               {"l1_strength", changed(&OptimizerConfig::l1_strength)},
               {"l2_strength", changed(&OptimizerConfig::l2_strength)},
               {"l2_shrinkage", changed(&OptimizerConfig::l2_shrinkage)}});
  check_owner(config.rmsprop.has_value(), "rmsprop", config, {{"rho", changed(&OptimizerConfig::rho)}});
  check_owner(config.clippy_adagrad.has_value(), "clippy_adagrad", config,
              {{"variable_threshold", changed(&OptimizerConfig::variable_threshold)},
               {"accumulator_threshold", changed(&OptimizerConfig::accumulator_threshold)},
               {"absolute_threshold", changed(&OptimizerConfig::absolute_threshold)},
               {"clip_accumulator", config.clip_accumulator},
               {"accumulate_first", config.accumulate_first}});
}

// FTRL divides by the learning rate.
void check_rates_of_ftrl(const ScheduleConfig& schedule) {
  if (schedule.warm_up > 0 && schedule.warm_up_from == 0)
    throw usage_error("optimizer: ftrl divides by the learning rate: warm_up needs warm_up_from above 0");
  if (schedule.falls() && schedule.end == 0)
    throw usage_error("optimizer: ftrl divides by the learning rate: kind = \"{}\" needs end above 0",
                      enum_name(schedule.kind));
}

}  // namespace

double OptimizerConfig::learning_rate() const {
  for (const Named& one : kOptimizers) {
    if (const auto& rate = this->*one.rate) return *rate;
  }
  return 0;
}

std::vector<std::string> named_optimizers(const OptimizerConfig& config) {
  std::vector<std::string> names;
  for (const Named& one : kOptimizers) {
    if (config.*one.rate) names.emplace_back(one.name);
  }
  return names;
}

std::string optimizer_names() {
  std::vector<std::string> names;
  for (const Named& one : kOptimizers) names.emplace_back(one.name);
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
