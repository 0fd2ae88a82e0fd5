#include "shortlist/train/epoch_sums.h"

#include <algorithm>
#include <cmath>

namespace shortlist {
namespace {

void add_scaled(const Metrics& figures, double scale, Metrics& sums) {
  for (const auto& [name, value] : figures) {
    auto at = std::ranges::find(sums, name, &Metrics::value_type::first);
    if (at == sums.end()) at = sums.insert(at, {name, 0});
    at->second += scale * value;
  }
}

}  // namespace

void EpochSums::add(const StepMetrics& step) {
  // A checkpoint that has no own weights has the task's weights in `weight`.
  for (const auto& [name, own] : step.own_weights)
    if (find_metric(own_weights, name) == nullptr) own_weights.emplace_back(name, weight);
  add_scaled(step.own_weights, 1, own_weights);
  rows += step.rows;
  weight += step.weight;
  add_scaled(step.losses, step.rows, losses);
  add_scaled(step.squared_errors, 1, squared_errors);
}

Metrics EpochSums::means() const {
  Metrics figures;
  for (const auto& [name, sum] : losses) figures.emplace_back(name, sum / std::max(1.0, rows));
  for (const auto& [name, sum] : squared_errors) {
    const double* own = find_metric(own_weights, name);
    figures.emplace_back(name, std::sqrt(sum / std::max(1e-300, own != nullptr ? *own : weight)));
  }
  return figures;
}

}  // namespace shortlist
