// What training reports, epoch by epoch. Names are those of the config, the report and the page: "rmse",
// "top_10", "loss", "retrieval_loss", "ranking_loss", "regularization_loss".
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shortlist {

// Named figures in the order in which people read them.
using Metrics = std::vector<std::pair<std::string, double>>;

// Null where there is none of the name.
const double* find_metric(const Metrics& figures, std::string_view name);

// Appends the figures' names that are not there yet.
void add_new_names(const Metrics& figures, std::vector<std::string>& names);

struct EpochRecord {
  int epoch = 0;  // 1-based
  double learning_rate = 0;
  Metrics train, validation;  // validation is empty when no rows are set aside for it
};

struct History {
  std::vector<EpochRecord> epochs;
};

// The names of a part's figures, of all epochs, in the order in which they first stand.
std::vector<std::string> metric_names(const History& history, Metrics EpochRecord::*part);

}  // namespace shortlist
