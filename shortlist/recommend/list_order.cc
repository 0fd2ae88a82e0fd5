#include "shortlist/recommend/list_order.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace shortlist {
namespace {

struct Scale {
  double mean = 0, factor = 0;  // 0 if all values are equal
  double operator()(float value) const { return (value - mean) * factor; }
};

Scale standard_scale(std::span<const float> values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (float value : values) squares += (value - mean) * (value - mean);
  return {mean, squares > 0 ? 1 / std::sqrt(squares / count) : 0};
}

}  // namespace

std::vector<double> order_keys(std::span<const float> scores, std::span<const float> predictions,
                               ListOrder order, double share) {
  if (order != ListOrder::blend) {
    const auto values = order == ListOrder::score ? scores : predictions;
    return {values.begin(), values.end()};
  }
  std::vector<double> keys(scores.size());
  const Scale of_score = standard_scale(scores), of_prediction = standard_scale(predictions);
  for (size_t i = 0; i < keys.size(); ++i)
    keys[i] = (1 - share) * of_score(scores[i]) + share * of_prediction(predictions[i]);
  return keys;
}

std::vector<uint32_t> order_block(std::span<const float> scores, std::span<const float> predictions,
                                  ListOrder order, double share) {
  const std::vector<double> keys = order_keys(scores, predictions, order, share);
  std::vector<uint32_t> positions(keys.size());
  std::iota(positions.begin(), positions.end(), 0);
  std::ranges::stable_sort(positions, std::greater(), [&](uint32_t i) { return keys[i]; });
  return positions;
}

}  // namespace shortlist
