#include "shortlist/optim/adam_variants.h"

#include <algorithm>
#include <cmath>

namespace shortlist {

std::vector<const char*> RmspropRule::slot_names() const {
  if (config_.momentum == 0) return {"velocity"};
  return {"velocity", "momentum"};
}

void RmspropRule::update(std::span<const float> gradient, std::span<float> value, const Slots& slots) const {
  const auto rho = static_cast<float>(config_.rho), epsilon = static_cast<float>(config_.epsilon),
             kept = static_cast<float>(config_.momentum);
  for (size_t i = 0; i < value.size(); ++i) {
    const float g = gradient[i];
    float& v = slots[0][i];
    v = rho * v + (1 - rho) * g * g;
    float change = rate_ * g / std::sqrt(v + epsilon);
    if (kept != 0) change = slots[1][i] = kept * slots[1][i] + change;
    value[i] -= change;
  }
}

double NadamRule::momentum(int64_t step) const {
  constexpr double kDecay = 0.96;
  return config_.beta_1 * (1 - 0.5 * std::pow(kDecay, static_cast<double>(step)));
}

// The factors tend to beta_1, so the product is 0 in double precision long before this many of them.
double NadamRule::product(int64_t step) const {
  constexpr int64_t kMost = 1'000'000;
  double product = 1;
  for (int64_t s = 1; s <= std::min(step, kMost) && product > 1e-30; ++s) product *= momentum(s);
  return product;
}

void NadamRule::begin(int64_t step, double rate) {
  const double now = momentum(step), next = momentum(step + 1), until = product(step);
  of_mean_ = static_cast<float>(rate * next / (1 - until * next));
  of_gradient_ = static_cast<float>(rate * (1 - now) / (1 - until));
  of_squares_ = static_cast<float>(1 / (1 - std::pow(config_.beta_2, static_cast<double>(step))));
}

void NadamRule::update(std::span<const float> gradient, std::span<float> value, const Slots& slots) const {
  const auto beta_1 = static_cast<float>(config_.beta_1), beta_2 = static_cast<float>(config_.beta_2),
             epsilon = static_cast<float>(config_.epsilon);
  for (size_t i = 0; i < value.size(); ++i) {
    const float g = gradient[i];
    float &m = slots[0][i], &v = slots[1][i];
    m += (g - m) * (1 - beta_1);
    v += (g * g - v) * (1 - beta_2);
    value[i] -= (of_mean_ * m + of_gradient_ * g) / (std::sqrt(v * of_squares_) + epsilon);
  }
}

void AdamaxRule::begin(int64_t step, double rate) {
  rate_ = static_cast<float>(rate / (1 - std::pow(config_.beta_1, static_cast<double>(step))));
}

void AdamaxRule::update(std::span<const float> gradient, std::span<float> value, const Slots& slots) const {
  const auto beta_1 = static_cast<float>(config_.beta_1), beta_2 = static_cast<float>(config_.beta_2),
             epsilon = static_cast<float>(config_.epsilon);
  for (size_t i = 0; i < value.size(); ++i) {
    const float g = gradient[i];
    float &m = slots[0][i], &u = slots[1][i];
    m += (g - m) * (1 - beta_1);
    u = std::max(beta_2 * u, std::abs(g));
    value[i] -= rate_ * m / (u + epsilon);
  }
}

}  // namespace shortlist
