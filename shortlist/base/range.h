// The values allowed for a numeric setting.
#pragma once

#include <limits>
#include <string>

namespace shortlist {

struct Range {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool without_least = false, without_most = false;  // whether the bound itself is excluded

  static constexpr Range at_least(double least) { return {.least = least}; }
  static constexpr Range above(double least) { return {.least = least, .without_least = true}; }
  static constexpr Range between(double least, double most) { return {.least = least, .most = most}; }
  // [least, most)
  static constexpr Range below(double least, double most) {
    return {.least = least, .most = most, .without_most = true};
  }
  // (least, most)
  static constexpr Range inside(double least, double most) {
    return {.least = least, .most = most, .without_least = true, .without_most = true};
  }

  // False for NaN.
  constexpr bool contains(double x) const {
    return (without_least ? x > least : x >= least) && (without_most ? x < most : x <= most);
  }
  constexpr bool is_everything() const { return *this == Range(); }
  // "at least 1", "more than 0", "2 to 1024", "at least 0 and less than 1"; "" if unlimited.
  std::string text() const;

  constexpr bool operator==(const Range&) const = default;
};

}  // namespace shortlist
