#include "shortlist/losses/label_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace shortlist {

LabelScale fit_label_scale(std::span<const float> labels, std::span<const float> weights) {
  const auto weight_of = [&](size_t i) { return weights.empty() ? 1.0 : double{weights[i]}; };
  double total = 0, sum = 0, squares = 0;
  float least = std::numeric_limits<float>::max(), most = std::numeric_limits<float>::lowest();
  for (size_t i = 0; i < labels.size(); ++i) {
    if (weight_of(i) <= 0) continue;
    total += weight_of(i);
    sum += weight_of(i) * labels[i];
    least = std::min(least, labels[i]);
    most = std::max(most, labels[i]);
  }
  if (total <= 0) return {};
  if (least == most) return {.mean = least};
  const double mean = sum / total;
  for (size_t i = 0; i < labels.size(); ++i)
    squares += weight_of(i) * (labels[i] - mean) * (labels[i] - mean);
  return {.mean = mean, .deviation = std::sqrt(squares / total)};
}

float predicted_label(Prediction prediction, float score, const LabelScale& scale) {
  if (prediction == Prediction::probability) return 1 / (1 + std::exp(-score));
  if (scale == LabelScale()) return score;
  return static_cast<float>(scale.original(score));
}

float predicted_label(Prediction prediction, std::span<const float> outputs, const LabelScale& scale) {
  if (prediction != Prediction::classes) return predicted_label(prediction, outputs[0], scale);
  return static_cast<float>(std::ranges::max_element(outputs) - outputs.begin());
}

void class_probabilities(std::span<const float> logits, std::span<float> probabilities) {
  const double highest = *std::ranges::max_element(logits);
  double sum = 0;
  for (const float x : logits) sum += std::exp(x - highest);
  for (size_t k = 0; k < logits.size(); ++k)
    probabilities[k] = static_cast<float>(std::exp(logits[k] - highest) / sum);
}

}  // namespace shortlist
