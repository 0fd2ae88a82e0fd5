// Positions of axis ticks, and the format of numbers next to them.
#pragma once

#include <string>
#include <vector>

namespace shortlist {

struct Axis {
  double low = 0, high = 1;   // both are ticks
  std::vector<double> ticks;  // ascending, 1, 2 or 5 times a power of ten apart
  int decimals = 0;           // number of decimals that distinguish two ticks

  std::string label(double tick) const;
};

// About `count` ticks over [low, high], at least two. `whole`: steps are whole numbers. Requires finite low
// <= high; equal ends are widened first.
Axis nice_axis(double low, double high, int count, bool whole = false);

}  // namespace shortlist
