// The list of the optimizers, and the functions of optimizer.h and optimizer_config.h that know all of them.
#include "shortlist/base/error.h"
#include "shortlist/optim/adam_variants.h"
#include "shortlist/optim/composite_optimizer.h"
#include "shortlist/optim/optimizer.h"
#include "shortlist/optim/rule_optimizer.h"

namespace shortlist {
namespace {

using OptimizerPtr = std::unique_ptr<Optimizer>;

struct OptimizerKind {
  const char* name;
  std::optional<double> OptimizerConfig::*rate;
  std::vector<const char*> (*slot_names)(const OptimizerConfig&);
  bool (*visits_idle_rows)(const OptimizerConfig&);
  OptimizerPtr (*make)(const OptimizerConfig&, std::vector<Trained>);
  // The names of the rule's own settings that differ from their defaults.
  std::vector<const char*> (*changed)(const OptimizerConfig&);
};

template <typename Rule>
std::vector<const char*> changed_settings(const OptimizerConfig& config) {
  std::vector<const char*> changed;
  if constexpr (requires { Rule::own_settings([](const char*, auto) {}); }) {
    const OptimizerConfig other;
    Rule::own_settings([&](const char* name, auto setting) {
      if (config.*setting != other.*setting) changed.push_back(name);
    });
  }
  return changed;
}

template <typename Rule>
constexpr OptimizerKind kind_of(const char* name, std::optional<double> OptimizerConfig::*rate) {
  return {name,
          rate,
          [](const OptimizerConfig& config) { return Rule(config).slot_names(); },
          [](const OptimizerConfig& config) { return Rule(config).visits_idle_rows(); },
          [](const OptimizerConfig& config, std::vector<Trained> parameters) -> OptimizerPtr {
            return std::make_unique<RuleOptimizer<Rule>>(config, std::move(parameters));
          },
          changed_settings<Rule>};
}

// To add an optimizer, add a line here.
constexpr OptimizerKind kKinds[] = {
    kind_of<AdamRule>("adam", &OptimizerConfig::adam),
    kind_of<AdamRule>("adamw", &OptimizerConfig::adamw),
    kind_of<AdagradRule>("adagrad", &OptimizerConfig::adagrad),
    kind_of<FtrlRule>("ftrl", &OptimizerConfig::ftrl),
    kind_of<SgdRule>("sgd", &OptimizerConfig::sgd),
    kind_of<ClippyAdagradRule>("clippy_adagrad", &OptimizerConfig::clippy_adagrad),
    kind_of<RmspropRule>("rmsprop", &OptimizerConfig::rmsprop),
    kind_of<NadamRule>("nadam", &OptimizerConfig::nadam),
    kind_of<AdamaxRule>("adamax", &OptimizerConfig::adamax),
};

// The first of the list if none is named.
const OptimizerKind& find_kind(const OptimizerConfig& config) {
  for (const OptimizerKind& kind : kKinds)
    if (config.*kind.rate) return kind;
  return kKinds[0];
}

}  // namespace

double OptimizerConfig::learning_rate() const { return (this->*find_kind(*this).rate).value_or(0); }

std::vector<std::string> all_optimizers() {
  std::vector<std::string> names;
  for (const OptimizerKind& kind : kKinds) names.emplace_back(kind.name);
  return names;
}

std::vector<std::string> named_optimizers(const OptimizerConfig& config) {
  std::vector<std::string> names;
  for (const OptimizerKind& kind : kKinds)
    if (config.*kind.rate) names.emplace_back(kind.name);
  return names;
}

void check_owners(const OptimizerConfig& config) {
  for (const OptimizerKind& kind : kKinds) {
    const std::vector<const char*> changed = kind.changed(config);
    if (!changed.empty() && !(config.*kind.rate))
      throw usage_error("optimizer: {} needs {}, got {}", changed[0], kind.name, find_kind(config).name);
  }
}

std::vector<std::string> slot_names(const OptimizerConfig& config) {
  const std::vector<const char*> names = find_kind(config).slot_names(config);
  return {names.begin(), names.end()};
}

bool visits_idle_rows(const OptimizerConfig& config) { return find_kind(config).visits_idle_rows(config); }

OptimizerPtr make_optimizer(const OptimizerConfig& config, std::vector<Trained> parameters) {
  check_optimizer(config);
  return find_kind(config).make(config, std::move(parameters));
}

OptimizerPtr make_optimizer(const OptimizerConfig& config, std::span<const OptimizerPart> parts,
                            std::vector<Trained> parameters) {
  if (parts.empty()) return make_optimizer(config, std::move(parameters));
  std::vector<OptimizerConfig> configs = {config};
  for (const OptimizerPart& part : parts) configs.push_back(part.optimizer);
  const std::vector<size_t> owners = assign_parts(parts, parameters);
  return std::make_unique<CompositeOptimizer>(configs, owners, std::move(parameters));
}

}  // namespace shortlist
