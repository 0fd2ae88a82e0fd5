// The functions of optimizer.h that know all optimizers.
#include "shortlist/optim/optimizer.h"

#include "shortlist/optim/adam_variants.h"
#include "shortlist/optim/composite_optimizer.h"
#include "shortlist/optim/rule_optimizer.h"

namespace shortlist {
namespace {

// Calls make with a null pointer to the config's rule.
template <typename Make>
auto with_rule(const OptimizerConfig& config, const Make& make) {
  if (config.adagrad) return make(static_cast<AdagradRule*>(nullptr));
  if (config.ftrl) return make(static_cast<FtrlRule*>(nullptr));
  if (config.sgd) return make(static_cast<SgdRule*>(nullptr));
  if (config.clippy_adagrad) return make(static_cast<ClippyAdagradRule*>(nullptr));
  if (config.rmsprop) return make(static_cast<RmspropRule*>(nullptr));
  if (config.nadam) return make(static_cast<NadamRule*>(nullptr));
  if (config.adamax) return make(static_cast<AdamaxRule*>(nullptr));
  return make(static_cast<AdamRule*>(nullptr));
}

}  // namespace

std::vector<std::string> slot_names(const OptimizerConfig& config) {
  return with_rule(config, [&]<typename Rule>(Rule*) {
    const std::vector<const char*> names = Rule(config).slot_names();
    return std::vector<std::string>(names.begin(), names.end());
  });
}

std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config, std::vector<Trained> parameters) {
  check_optimizer(config);
  return with_rule(config, [&]<typename Rule>(Rule*) -> std::unique_ptr<Optimizer> {
    return std::make_unique<RuleOptimizer<Rule>>(config, std::move(parameters));
  });
}

std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config, std::span<const OptimizerPart> parts,
                                          std::vector<Trained> parameters) {
  if (parts.empty()) return make_optimizer(config, std::move(parameters));
  std::vector<OptimizerConfig> configs = {config};
  for (const OptimizerPart& part : parts) configs.push_back(part.optimizer);
  const std::vector<size_t> owners = assign_parts(parts, parameters);
  return std::make_unique<CompositeOptimizer>(configs, owners, std::move(parameters));
}

}  // namespace shortlist
