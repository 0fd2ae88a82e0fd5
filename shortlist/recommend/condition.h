// A condition on an item's attribute, in the syntax that users write: "type=TV".
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shortlist/base/fields.h"

namespace shortlist {

// A condition on an item's attribute: "type=TV", "type!=Movie", "year>=1990", "genre~Com" (contains).
// A list is equal to a value if one of its elements is, or if the value lists exactly its elements.
enum class Comparison { equal, not_equal, at_least, at_most, more, less, contains };
template <>
struct EnumNames<Comparison> {
  static constexpr std::pair<Comparison, std::string_view> names[] = {
      {Comparison::equal, "="},    {Comparison::not_equal, "!="}, {Comparison::at_least, ">="},
      {Comparison::at_most, "<="}, {Comparison::more, ">"},       {Comparison::less, "<"},
      {Comparison::contains, "~"}};
};
struct Condition {
  std::string attribute;  // or the id column
  Comparison comparison = Comparison::equal;
  // The condition is true if it is true for one of the values; `not_equal` must be true for all.
  std::vector<std::string> values;
  // Throws a usage Error that shows the supported forms.
  static Condition parse(const std::string& text);
  // The condition as users write it, with one of its values: "year>=1990".
  std::string describe(const std::string& value) const;
};

// Whether the comparison is at_least, at_most, more or less.
bool is_order(Comparison comparison);

}  // namespace shortlist
