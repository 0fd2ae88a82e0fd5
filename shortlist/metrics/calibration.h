// How well predicted probabilities agree with how often the label is 1.
#pragma once

#include "shortlist/metrics/predictions.h"

namespace shortlist {

// The expected calibration error (Naeini et al. 2015; Guo et al. 2017): rows are put into 15 bins of equal
// width by their prediction, (i / 15, (i + 1) / 15], with 0 in the first bin. The error of a bin is the
// absolute difference between its mean prediction and its mean label; the result is the mean error, weighted
// by the bins' weights. 0 without weight. Labels must be 0 or 1 and predictions in [0, 1].
double calibration_error(const Predictions& predictions);

}  // namespace shortlist
