// What several models have achieved for the same users, and intervals of their differences.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "shortlist/jobs/row_results.h"

namespace shortlist {

// A figure of each unit, which is a user, or a row without one.
struct UnitFigure {
  bool squared = false;  // the figure is the root of the mean of the values
  std::map<uint32_t, double> values;
  std::map<uint32_t, double> weights;  // empty: all 1
};

// Whether some user has several lists, because queries contain more than the user, such as a history.
bool has_several_lists(const RowResults& results);

// The lists' figures at k, and "rmse LABEL" or "log_loss LABEL" of each predicted label. A list has the rows
// of a user's query, or with `by_row` each row is a list of its own, whose item alone is relevant.
std::map<std::string, UnitFigure> unit_figures(const RowResults& results, int k, bool by_row);

// The mean over trainings that differ in their seeds, of the units that all have.
UnitFigure mean_of(const std::vector<const UnitFigure*>& figures);

// The figure itself: the weighted mean, or its root.
double figure_of(const UnitFigure& figure);

}  // namespace shortlist
