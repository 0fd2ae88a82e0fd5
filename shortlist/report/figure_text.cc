#include "shortlist/report/figure_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace shortlist {
namespace {

constexpr int kMostDecimals = 9;      // beyond, values are written with an exponent
constexpr double kLeastUnits = 3.55;  // the least half-width, in units of the last decimal

// The decimals of a value with three significant digits.
int three_digits(double value) {
  const double size = std::abs(value);
  if (!std::isfinite(size) || size == 0) return 3;
  return std::max(0, 2 - static_cast<int>(std::floor(std::log10(size))));
}

}  // namespace

std::string with_commas(std::string digits) {
  const size_t first = digits.starts_with('-') ? 1 : 0;
  for (size_t at = std::min(digits.find('.'), digits.size()); at > first + 3; at -= 3)
    digits.insert(at - 3, 1, ',');
  return digits;
}

int measured_decimals(double value, const std::optional<Interval>& interval) {
  const double half = interval ? (interval->high - interval->low) / 2 : 0;
  if (std::isfinite(half) && half > 0)
    return std::max(0, static_cast<int>(std::ceil(std::log10(kLeastUnits / half))));
  return three_digits(value);
}

int span_decimals(double span, double value) { return three_digits(span > 0 ? span : value); }

std::string measured_text(double value, int decimals) {
  if (!std::isfinite(value)) return fmt::format("{}", value);
  if (decimals > kMostDecimals || std::abs(value) >= 1e15) return fmt::format("{:.2e}", value);
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find_first_of("123456789") == text.npos && text.starts_with('-')) text.erase(0, 1);
  return with_commas(std::move(text));
}

}  // namespace shortlist
