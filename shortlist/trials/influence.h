// How much each setting of a search matters: the share of the variance of the values that it explains alone.
#pragma once

#include <string>
#include <vector>

#include "shortlist/base/value.h"
#include "shortlist/trials/space.h"

namespace shortlist {

constexpr size_t kFewestInfluencePoints = 8;

struct InfluencePoint {
  std::vector<Value> values;  // of each setting
  double value = 0;           // of the metric
};

// For each setting, the between-group share of the variance, in [0, 1], where a group is one of its values,
// or for numbers a quarter of the trials by rank. A share is also above 0 by chance; with fewer than eight
// points all are 0.
std::vector<double> influences(const Space& space, const std::vector<InfluencePoint>& points);

// One panel for each setting: its values across, the metric up, a dot for each trial, the best one marked.
std::string influence_svg(const Space& space, const std::vector<InfluencePoint>& points,
                          const std::string& metric, bool higher_is_better);

}  // namespace shortlist
