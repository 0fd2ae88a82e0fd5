// Figures as text: with commas for thousands, and with the digits that are more than noise.
#pragma once

#include <optional>
#include <string>

#include "shortlist/metrics/bootstrap.h"

namespace shortlist {

// "-1234.5" as "-1,234.5".
std::string with_commas(std::string digits);

// The number of decimals at which the half-width of the interval has one digit, or two if the first is small:
// 0.0093 has 3 decimals and 0.0012 has 4 (the rule of the Particle Data Group). Without an interval, those of
// three significant digits of the value.
int measured_decimals(double value, const std::optional<Interval>& interval);

// The number of decimals that distinguishes values within a span: 3 for 0.3, 2 for 4, none for 1,000. Those
// of three significant digits of `value` if the span is 0.
int span_decimals(double span, double value);

// "0.705", "12,345". With an exponent if there are very many decimals or digits.
std::string measured_text(double value, int decimals);

}  // namespace shortlist
