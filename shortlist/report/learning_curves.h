// What a person looks at first in a training run: error, top-k accuracy and loss by epoch, training beside
// validation.
#pragma once

#include "shortlist/metrics/history.h"
#include "shortlist/report/chart.h"

namespace shortlist {

// `kept_epoch`, if it is not 0, is marked with its value, of validation rows where there are any. A chart
// says after which epoch validation got worse.
//
// One chart for each ranking error ("rmse" or "LABEL_rmse"; without any, the AUC, MAE or log loss), one for
// top-k accuracy ("top_5", else the middle k reported), one for "loss". What the history does not report has
// no chart.
// The figures that have charts, in their order.
std::vector<std::string> curve_names(const History& history);

ChartRow learning_curves(const History& history, const std::string& title, int kept_epoch = 0);

}  // namespace shortlist
