// Edges between boxes as elbows: down from the source, across in the free space above the target's row, into
// its top.
#pragma once

#include <vector>

#include "shortlist/report/chart.h"

namespace shortlist {

// Where a node's box stands on the page.
struct Placed {
  double x = 0, top = 0;  // centre and upper edge
  double width = 0, height = 0;
  double bottom() const { return top + height; }
};

// A tidy path from below boxes[from] to above boxes[to] with rounded corners; it goes round boxes in between.
// `port` moves its start sideways; `lane` is how far above the target it turns, both in pixels.
std::vector<Point> route(const std::vector<Placed>& boxes, int from, int to, double port, double lane);

}  // namespace shortlist
