#include "shortlist/metrics/history.h"

#include <algorithm>

namespace shortlist {

const double* find_metric(const Metrics& figures, std::string_view name) {
  const auto at = std::ranges::find(figures, name, &Metrics::value_type::first);
  return at == figures.end() ? nullptr : &at->second;
}

void add_new_names(const Metrics& figures, std::vector<std::string>& names) {
  for (const auto& [name, value] : figures)
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

std::vector<std::string> metric_names(const History& history, Metrics EpochRecord::*part) {
  std::vector<std::string> names;
  for (const EpochRecord& epoch : history.epochs) add_new_names(epoch.*part, names);
  return names;
}

}  // namespace shortlist
