// Metrics of predicted probabilities of labels that are 0 or 1.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "shortlist/metrics/predictions.h"

namespace shortlist {

// Whether there are labels and each is 0 or 1.
bool is_binary(std::span<const float> label);

// -log of the probability of the label, clipped to [1e-7, 1 - 1e-7].
double log_loss(double probability, double label);
// Whether the label is the more likely one; a probability of exactly 0.5 predicts 0.
inline bool is_accurate(double probability, double label) { return (probability > 0.5) == (label > 0.5); }

// Over all pairs of a row with label 1 and a row with label 0, the share by product of weights in which the
// first has the higher prediction; a tie counts half. None unless both labels occur with positive weight.
std::optional<double> auc(const Predictions& predictions);

// One value per row, whose weighted mean is the AUC and whose spread is the AUC's (DeLong et al. 1988); used
// to bootstrap the AUC. Empty unless both labels occur with positive weight.
std::vector<double> auc_row_values(const Predictions& predictions);

// Keras's AUC with 200 thresholds and the trapezoidal rule; 0 unless both labels occur with positive weight.
double keras_auc(const Predictions& predictions);

}  // namespace shortlist
