// What training reports, epoch by epoch. Names are those of the config, the report and the page: "rmse",
// "top_10", "loss", "retrieval_loss", "ranking_loss", "regularization_loss".
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shortlist {

// Named figures in the order in which people read them.
using Figures = std::vector<std::pair<std::string, double>>;

inline const double* find_figure(const Figures& figures, std::string_view name) {
  for (const auto& [key, value] : figures) {
    if (key == name) return &value;
  }
  return nullptr;
}

struct EpochRecord {
  int epoch = 0;  // 1-based
  double learning_rate = 0;
  Figures train, validation;  // validation is empty when no rows are set aside for it
};

struct History {
  std::vector<EpochRecord> epochs;
};

}  // namespace shortlist
