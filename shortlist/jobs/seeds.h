// How far figures differ between trainings that differ in their seed alone.
#pragma once

#include <string>
#include <vector>

#include "shortlist/metrics/evaluation_report.h"

namespace shortlist {

struct SeedFigure {
  std::string name;
  double mean = 0, deviation = 0;  // of the sample: n - 1 in the denominator
  std::vector<double> values;      // of each seed
};

struct SeedsReport {
  std::string split;  // the rows that were evaluated
  struct Task {
    std::string task;
    std::vector<SeedFigure> figures;
  };
  std::vector<Task> tasks;
};

// Of two reports or more, with the same tasks and figures. Metrics that one of them lacks are left out.
SeedsReport compare_seeds(const std::vector<EvaluationReport>& reports);

std::string seeds_text(const SeedsReport& report);
// {"split", "tasks": [{"task", "figures": {NAME: {"mean", "deviation", "values"}, ...}}, ...]}
std::string seeds_json(const SeedsReport& report);
// The same as an event on one line: with "event": "seeds".
std::string seeds_event(const SeedsReport& report);

}  // namespace shortlist
