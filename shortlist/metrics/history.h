// The figures that training reports per epoch. Names are the same in the config, the report and the page:
// "rmse", "top_10", "loss", "retrieval_loss", "ranking_loss", "regularization_loss".
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shortlist {

// Named figures in display order.
using Metrics = std::vector<std::pair<std::string, double>>;

// Returns null if there is no figure of that name.
const double* find_metric(const Metrics& figures, std::string_view name);

// Appends those of the figures' names that `names` does not contain.
void add_new_names(const Metrics& figures, std::vector<std::string>& names);

struct EpochRecord {
  int epoch = 0;  // 1-based
  double learning_rate = 0;
  Metrics train, validation;  // validation is empty without validation rows
};

struct History {
  std::vector<EpochRecord> epochs;
};

// The names of the figures of `part` over all epochs, in order of first occurrence.
std::vector<std::string> metric_names(const History& history, Metrics EpochRecord::*part);

}  // namespace shortlist
