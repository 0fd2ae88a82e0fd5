// The main metrics of a training run by epoch: ranking error, top-k accuracy and loss, for training and
// validation rows.
#pragma once

#include "shortlist/metrics/history.h"
#include "shortlist/report/chart.h"

namespace shortlist {

// Marks `kept_epoch`, if it is not 0, with its value on the validation rows, or on the training rows if there
// are none. A chart says after which epoch validation got worse.
//
// There is one chart for each ranking error ("rmse" or "LABEL_rmse"; without any, the AUC, MAE or log loss),
// one for top-k accuracy ("top_5", else the middle reported k), and one for "loss". Metrics that are not in
// the history have no chart.
// The names of the metrics that have charts, in order.
std::vector<std::string> curve_names(const History& history);

ChartRow learning_curves(const History& history, const std::string& title, int kept_epoch = 0);

}  // namespace shortlist
