// Lays out a row of charts: horizontal grid, ticks, lines, and each line's name and last value at its right
// end.
#pragma once

#include "shortlist/report/drawing.h"

namespace shortlist {

Drawing draw_charts(const ChartRow& row);

}  // namespace shortlist
