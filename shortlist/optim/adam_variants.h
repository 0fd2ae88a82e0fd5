// The formulas of RMSprop, Nadam and Adamax, as rules for RuleOptimizer: see rules.h. Keras's formulas.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shortlist/optim/rules.h"

namespace shortlist {

// v = rho v + (1 - rho) g^2, d = rate g / sqrt(v + epsilon); w -= d, or with momentum p: m = p m + d, w -= m.
class RmspropRule {
 public:
  static constexpr bool kLimits = false;
  explicit RmspropRule(const OptimizerConfig& config) : config_(config) {}
  template <typename Visit>
  static void own_settings(const Visit& visit) {
    visit("rho", &OptimizerConfig::rho);
  }
  std::vector<const char*> slot_names() const;
  float initial(size_t) const { return 0; }
  bool row_slots() const { return false; }
  bool visits_idle_rows() const { return config_.idle_rows == IdleRows::decay; }
  void begin(int64_t, double rate) { rate_ = static_cast<float>(rate); }
  void update(std::span<const float> gradient, std::span<float> value, const Slots& slots) const;

 private:
  OptimizerConfig config_;
  float rate_ = 0;
};

// Adam whose mean of gradients looks one step ahead. With u_t = beta_1 (1 - 0.96^t / 2), U_t = u_1 ... u_t
// and Adam's means m and v:
//   w -= rate (u_{t+1} m / (1 - U_{t+1}) + (1 - u_t) g / (1 - U_t)) / (sqrt(v / (1 - beta_2^t)) + epsilon)
class NadamRule {
 public:
  static constexpr bool kLimits = false;
  explicit NadamRule(const OptimizerConfig& config) : config_(config) {}
  std::vector<const char*> slot_names() const { return {"m", "v"}; }
  float initial(size_t) const { return 0; }
  bool row_slots() const { return false; }
  bool visits_idle_rows() const { return config_.idle_rows == IdleRows::decay; }
  void begin(int64_t step, double rate);
  void update(std::span<const float> gradient, std::span<float> value, const Slots& slots) const;

 private:
  // The momentum u of a step, and the product U of those up to it.
  double momentum(int64_t step) const;
  double product(int64_t step) const;

  OptimizerConfig config_;
  float of_mean_ = 0, of_gradient_ = 0, of_squares_ = 0;
};

// Adam with the largest magnitude instead of the mean of squares: u = max(beta_2 u, |g|),
// w -= rate / (1 - beta_1^t) m / (u + epsilon).
class AdamaxRule {
 public:
  static constexpr bool kLimits = false;
  explicit AdamaxRule(const OptimizerConfig& config) : config_(config) {}
  std::vector<const char*> slot_names() const { return {"m", "u"}; }
  float initial(size_t) const { return 0; }
  bool row_slots() const { return false; }
  bool visits_idle_rows() const { return config_.idle_rows == IdleRows::decay; }
  void begin(int64_t step, double rate);
  void update(std::span<const float> gradient, std::span<float> value, const Slots& slots) const;

 private:
  OptimizerConfig config_;
  float rate_ = 0;
};

}  // namespace shortlist
