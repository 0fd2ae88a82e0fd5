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

// From the lower edge of one box, down to the upper edge of another, with rounded corners; goes round boxes
// in between. `lane` is how far above the end it turns, in pixels.
std::vector<Point> route(const std::vector<Placed>& boxes, const Point& start, const Point& end, double lane);

}  // namespace shortlist
