// A condition on an item's attribute, as a person writes it: "type=TV".
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shortlist/base/fields.h"

namespace shortlist {

// A condition on an item's attribute: "type=TV", "type!=Movie", "year>=1990", "genre~Com" (contains).
// A list equals a value when one of its values does, or when all of them are the value's.
enum class Comparison { equal, not_equal, at_least, at_most, more, less, contains };
template <>
struct EnumNames<Comparison> {
  static constexpr std::pair<Comparison, std::string_view> names[] = {
      {Comparison::equal, "="},    {Comparison::not_equal, "!="}, {Comparison::at_least, ">="},
      {Comparison::at_most, "<="}, {Comparison::more, ">"},       {Comparison::less, "<"},
      {Comparison::contains, "~"}};
};
struct Condition {
  std::string attribute;  // or the column of the ids
  Comparison comparison = Comparison::equal;
  // It holds where it does for one of them; `not_equal` where it does for all.
  std::vector<std::string> values;
  // Throws a usage Error that shows the forms there are.
  static Condition parse(const std::string& text);
  // As a person writes it, with one of its values: "year>=1990".
  std::string describe(const std::string& value) const;
};

// Whether it asks for more or less than a value.
bool is_order(Comparison comparison);

}  // namespace shortlist
