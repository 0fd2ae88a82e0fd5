// The scale on which a model is trained, and how a score is converted to a prediction of the label.
#pragma once

#include <span>

namespace shortlist {

// Converts between a label's own unit and the scale on which a model is trained. The default is the identity.
struct LabelScale {
  double mean = 0, deviation = 1;  // deviation > 0

  double standardized(double label) const { return (label - mean) / deviation; }
  double original(double standardized) const { return mean + deviation * standardized; }
  bool operator==(const LabelScale&) const = default;
};

// Returns the scale on which the labels have weighted mean 0 and deviation 1. `weights` may be empty. If all
// labels are equal, the deviation is 1; if no row has a positive weight, the scale is the default.
LabelScale fit_label_scale(std::span<const float> labels, std::span<const float> weights);

// What a model's score predicts. Defined by its loss.
enum class Prediction {
  label,        // the label, on the scale of training
  probability,  // the logit of the probability that the label is 1; labels are in [0, 1] and never
                // standardised
  score,        // a number without a unit that orders rows; labels are 0 or more and never standardised
  classes,      // the logits of the classes 0, 1, ...; labels are classes and never standardised
};

// The prediction in readable form: the label in its own unit, the probability, sigmoid(score), or the score
// itself.
float predicted_label(Prediction prediction, float score, const LabelScale& scale = {});
// The same for a model's outputs, one number or the logits of the classes, of which it is the most probable
// one, the first of several.
float predicted_label(Prediction prediction, std::span<const float> outputs, const LabelScale& scale = {});
// The probabilities of the classes, softmax(logits).
void class_probabilities(std::span<const float> logits, std::span<float> probabilities);

}  // namespace shortlist
