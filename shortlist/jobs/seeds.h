// How much metrics vary between trainings that differ only in their seed.
#pragma once

#include <string>
#include <vector>

#include "shortlist/metrics/evaluation_report.h"

namespace shortlist {

struct SeedFigure {
  std::string name;
  double mean = 0, deviation = 0;  // sample deviation: n - 1 in the denominator
  std::vector<double> values;      // one per seed
};

struct SeedsReport {
  std::string split;  // the split that was evaluated
  struct Task {
    std::string task;
    std::vector<SeedFigure> figures;
  };
  std::vector<Task> tasks;
};

// Needs two or more reports with the same tasks. Metrics that are missing in one of them are left out.
SeedsReport compare_seeds(const std::vector<EvaluationReport>& reports);

std::string seeds_text(const SeedsReport& report);
// {"split", "tasks": [{"task", "figures": {NAME: {"mean", "deviation", "values"}, ...}}, ...]}
std::string seeds_json(const SeedsReport& report);
// The same as an event on one line, with "event": "seeds".
std::string seeds_event(const SeedsReport& report);

}  // namespace shortlist
