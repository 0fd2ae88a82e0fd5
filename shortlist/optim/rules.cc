#include "shortlist/optim/rules.h"

#include <algorithm>

namespace shortlist {
namespace {

// x^power, for the usual power 1/2 as a square root.
float powered(float x, float power) { return power == 0.5f ? std::sqrt(x) : std::pow(x, power); }

}  // namespace

void FtrlRule::update(std::span<const float> gradient, std::span<float> value, const Slots& slots) const {
  const auto power = static_cast<float>(-config_.learning_rate_power),
             l1 = static_cast<float>(config_.l1_strength),
             shrinkage = static_cast<float>(2 * config_.l2_shrinkage),
             l2 = static_cast<float>(2 * config_.l2_strength + config_.beta / rate_);
  for (size_t i = 0; i < value.size(); ++i) {
    float &n = slots[0][i], &z = slots[1][i];
    const float g = gradient[i], sum = n + g * g, after = powered(sum, power);
    z += g + shrinkage * value[i] - (after - powered(n, power)) / rate_ * value[i];
    n = sum;
    value[i] = (std::clamp(z, -l1, l1) - z) / (after / rate_ + l2);
  }
}

// 1 / sqrt(a + epsilon), with the sum of squares that the step divides by.
float ClippyAdagradRule::root(float accumulator, float gradient) const {
  const float sum = config_.accumulate_first ? accumulator + gradient * gradient : accumulator;
  return 1 / std::sqrt(sum + static_cast<float>(config_.epsilon));
}

float ClippyAdagradRule::limit(std::span<const float> gradient, std::span<const float> value,
                               const Slots& slots) const {
  const auto variable = static_cast<float>(config_.variable_threshold),
             accumulated = static_cast<float>(config_.accumulator_threshold),
             absolute = static_cast<float>(config_.absolute_threshold);
  float share = 1;
  for (size_t i = 0; i < value.size(); ++i) {
    const float p = root(slots[0][i], gradient[i]), change = std::abs(rate_ * gradient[i] * p);
    const float most = absolute + std::abs(value[i]) * variable + p * accumulated;
    if (change != 0) share = std::min(share, most / change);
  }
  return share;
}

void ClippyAdagradRule::update(std::span<const float> gradient, std::span<float> value, const Slots& slots,
                               float share) const {
  for (size_t i = 0; i < value.size(); ++i) {
    const float g = gradient[i], kept = config_.clip_accumulator ? g * share : g;
    value[i] -= rate_ * g * root(slots[0][i], g) * share;
    slots[0][i] += kept * kept;
  }
}

}  // namespace shortlist
