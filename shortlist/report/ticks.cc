#include "shortlist/report/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "shortlist/base/error.h"
#include "shortlist/report/figure_text.h"

namespace shortlist {
namespace {

// Smaller spans count as zero: a tenth of them might not be a normal double.
constexpr double kTiny = 1e-290;

// The smallest of 1, 2, 5 times a power of ten that is at least `least`.
double nice_step(double least) {
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (double factor : {1, 2, 5}) {
    if (factor * power >= least * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

bool needs_exponent(double value) { return std::abs(value) >= 1e7 || (value != 0 && std::abs(value) < 1e-4); }

}  // namespace

std::string Axis::label(double tick) const {
  if (needs_exponent(high) || decimals > 5) return fmt::format("{:.3g}", tick);
  if (decimals > 0) return fmt::format("{:.{}f}", tick, decimals);
  return with_commas(fmt::format("{:.0f}", tick));
}

Axis nice_axis(double low, double high, int count, bool whole) {
  SHORTLIST_CHECK(std::isfinite(low) && std::isfinite(high) && low <= high && count > 0);
  // Ends that are too close for doubles to distinguish count as equal.
  const double size = std::max(std::abs(low), std::abs(high));
  if (high - low <= std::max(size * 1e-12, kTiny)) {
    const double apart = whole ? 1 : (size > kTiny ? size * 0.1 : 1);
    low -= apart;
    high += apart;
  }
  // Halve first, because the span of two huge ends may overflow.
  double step = nice_step((high / 2 - low / 2) / count * 2);
  if (whole) step = std::max(step, 1.0);
  Axis axis;
  axis.decimals = std::max(0, int(-std::floor(std::log10(step) + 1e-9)));
  const double first = std::floor(low / step + 1e-9), last = std::ceil(high / step - 1e-9);
  for (double i = first; i <= last; ++i) axis.ticks.push_back(i == 0 ? 0 : i * step);
  axis.low = axis.ticks.front();
  axis.high = axis.ticks.back();
  return axis;
}

}  // namespace shortlist
