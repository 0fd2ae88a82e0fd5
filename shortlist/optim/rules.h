// The formulas of the optimizers. A rule defines, for RuleOptimizer:
//   slot_names() and initial(slot): the state per value, or with row_slots() per table row;
//   visits_idle_rows(): whether rows of tables change without a gradient, once they have been touched;
//   begin(step, rate), before each step;
//   update(gradient, value, slots).
// own_settings(visit), if some settings of the config are of this rule alone, calls visit(name, member) for
// each: they are an error with another optimizer.
// With kLimits, limit(gradient, value, slots) returns the share of the step that these values allow, and
// update() gets the smallest share of the parameter. TensorFlow's and Keras's formulas throughout.
#pragma once

#include <array>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "shortlist/math/elementwise.h"
#include "shortlist/optim/optimizer_config.h"

namespace shortlist {

using Slots = std::array<std::span<float>, 2>;

// Adam; with weight decay, which RuleOptimizer applies, AdamW.
class AdamRule {
 public:
  static constexpr bool kLimits = false;
  explicit AdamRule(const OptimizerConfig& config) : config_(config) {}
  std::vector<const char*> slot_names() const { return {"m", "v"}; }
  float initial(size_t) const { return 0; }
  bool row_slots() const { return false; }
  bool visits_idle_rows() const { return config_.idle_rows == IdleRows::decay; }
  void begin(int64_t step, double rate) {
    const double t = static_cast<double>(step);
    const double corrected =
        rate * std::sqrt(1 - std::pow(config_.beta_2, t)) / (1 - std::pow(config_.beta_1, t));
    step_ = {static_cast<float>(corrected), static_cast<float>(config_.beta_1),
             static_cast<float>(config_.beta_2), static_cast<float>(config_.epsilon)};
  }
  void update(std::span<const float> gradient, std::span<float> value, const Slots& slots) const {
    adam(step_, gradient, slots[0], slots[1], value);
  }

 private:
  OptimizerConfig config_;
  AdamStep step_;
};

class AdagradRule {
 public:
  static constexpr bool kLimits = false;
  explicit AdagradRule(const OptimizerConfig& config) : config_(config) {}
  std::vector<const char*> slot_names() const { return {"accumulator"}; }
  float initial(size_t) const { return static_cast<float>(config_.initial_accumulator); }
  bool row_slots() const { return config_.rowwise; }
  bool visits_idle_rows() const { return false; }  // without a gradient nothing changes
  void begin(int64_t, double rate) { rate_ = static_cast<float>(rate); }
  void update(std::span<const float> gradient, std::span<float> value, const Slots& slots) const {
    const auto epsilon = static_cast<float>(config_.epsilon);
    if (slots[0].size() == gradient.size()) return adagrad(rate_, epsilon, gradient, slots[0], value);
    float& accumulator = slots[0][0];
    accumulator += sum_of_squares(gradient) / static_cast<float>(gradient.size());
    add_scaled(gradient, -rate_ / std::sqrt(accumulator + epsilon), value);
  }

 private:
  OptimizerConfig config_;
  float rate_ = 0;
};

class SgdRule {
 public:
  static constexpr bool kLimits = false;
  explicit SgdRule(const OptimizerConfig& config) : config_(config) {}
  std::vector<const char*> slot_names() const {
    return config_.momentum != 0 ? std::vector<const char*>{"velocity"} : std::vector<const char*>{};
  }
  float initial(size_t) const { return 0; }
  bool row_slots() const { return false; }
  bool visits_idle_rows() const { return config_.momentum != 0; }
  void begin(int64_t, double rate) { rate_ = static_cast<float>(rate); }
  void update(std::span<const float> gradient, std::span<float> value, const Slots& slots) const {
    sgd(rate_, static_cast<float>(config_.momentum), config_.nesterov, gradient, slots[0], value);
  }

 private:
  OptimizerConfig config_;
  float rate_ = 0;
};

// FTRL-proximal. With n the sum of squares, z the linear term and p = -learning_rate_power:
//   z += g + 2 l2_shrinkage w - (n'^p - n^p) / rate * w, n' = n + g^2
//   w = (clip(z, -l1_strength, l1_strength) - z) / (n'^p / rate + 2 l2_strength + beta / rate)
// The first step that uses a weight forgets its initial value. McMahan et al. 2013, algorithm 1.
class FtrlRule {
 public:
  static constexpr bool kLimits = false;
  explicit FtrlRule(const OptimizerConfig& config) : config_(config) {}
  template <typename Visit>
  static void own_settings(const Visit& visit) {
    visit("learning_rate_power", &OptimizerConfig::learning_rate_power);
    visit("beta", &OptimizerConfig::beta);
    visit("l1_strength", &OptimizerConfig::l1_strength);
    visit("l2_strength", &OptimizerConfig::l2_strength);
    visit("l2_shrinkage", &OptimizerConfig::l2_shrinkage);
  }
  std::vector<const char*> slot_names() const { return {"accumulator", "linear"}; }
  float initial(size_t slot) const { return slot == 0 ? static_cast<float>(config_.initial_accumulator) : 0; }
  bool row_slots() const { return false; }
  bool visits_idle_rows() const { return false; }
  void begin(int64_t, double rate) { rate_ = static_cast<float>(rate); }
  void update(std::span<const float> gradient, std::span<float> value, const Slots& slots) const;

 private:
  OptimizerConfig config_;
  float rate_ = 0;
};

// Adagrad whose steps of a parameter are all shortened alike, so that no weight moves too far at once.
// Tang et al. 2023, algorithm 1; TensorFlow Recommenders' experimental.optimizers.ClippyAdagrad.
//   d = rate * g / sqrt(a + epsilon)
//   share = min(1, min_i (|w_i| variable_threshold + accumulator_threshold / sqrt(a_i + epsilon)
//                         + absolute_threshold) / |d_i|)
//   w -= share * d, then a += g^2
class ClippyAdagradRule {
 public:
  static constexpr bool kLimits = true;
  explicit ClippyAdagradRule(const OptimizerConfig& config) : config_(config) {}
  template <typename Visit>
  static void own_settings(const Visit& visit) {
    visit("variable_threshold", &OptimizerConfig::variable_threshold);
    visit("accumulator_threshold", &OptimizerConfig::accumulator_threshold);
    visit("absolute_threshold", &OptimizerConfig::absolute_threshold);
    visit("clip_accumulator", &OptimizerConfig::clip_accumulator);
    visit("accumulate_first", &OptimizerConfig::accumulate_first);
  }
  std::vector<const char*> slot_names() const { return {"accumulator"}; }
  float initial(size_t) const { return static_cast<float>(config_.initial_accumulator); }
  bool row_slots() const { return false; }
  bool visits_idle_rows() const { return false; }
  void begin(int64_t, double rate) { rate_ = static_cast<float>(rate); }
  float limit(std::span<const float> gradient, std::span<const float> value, const Slots& slots) const;
  void update(std::span<const float> gradient, std::span<float> value, const Slots& slots, float share) const;

 private:
  float root(float accumulator, float gradient) const;

  OptimizerConfig config_;
  float rate_ = 0;
};

}  // namespace shortlist
