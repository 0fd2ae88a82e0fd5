// Edges between boxes as elbows: down from the source, across in the free space above the target's row, then
// down into the target's top.
#pragma once

#include <vector>

#include "shortlist/report/chart.h"

namespace shortlist {

// The position of a node's box on the page.
struct Placed {
  double x = 0, top = 0;  // centre and upper edge
  double width = 0, height = 0;
  double bottom() const { return top + height; }
};

// From the lower edge of one box down to the upper edge of another, with rounded corners and around the boxes
// in between. `lane` is the distance in pixels above the end at which the edge turns.
std::vector<Point> route(const std::vector<Placed>& boxes, const Point& start, const Point& end, double lane);

}  // namespace shortlist
