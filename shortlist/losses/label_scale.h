// The unit that a model is trained in, beside a label's own, and what a score says of a label.
#pragma once

#include <span>

namespace shortlist {

// Between a label in its own unit and the unit that a model is trained in. The default changes nothing.
struct LabelScale {
  double mean = 0, deviation = 1;  // deviation > 0

  double standardized(double label) const { return (label - mean) / deviation; }
  double original(double standardized) const { return mean + deviation * standardized; }
  bool operator==(const LabelScale&) const = default;
};

// Scale of labels whose weighted mean and deviation are 0 and 1 on it. `weights` may be empty. Equal labels
// keep the deviation 1; without a row of positive weight the scale is the default.
LabelScale fit_label_scale(std::span<const float> labels, std::span<const float> weights);

// What a model's score predicts, as its loss decides.
enum class Prediction {
  label,        // the label, on the scale that the model is trained in
  probability,  // the logit of the probability that the label is 1; labels are 0 to 1 and never standardised
};

// What a person reads: the label in its own unit, or the probability, sigmoid(score).
float predicted_label(Prediction prediction, float score, const LabelScale& scale = {});

}  // namespace shortlist
