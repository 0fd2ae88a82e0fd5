// A condition whose values have been parsed for the kind of an attribute.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shortlist/model/attribute.h"
#include "shortlist/recommend/condition.h"

namespace shortlist {

// Numbers are compared as numbers, times as instants, lists element by element, and texts by their bytes. ""
// is a missing value, which equals no other value and is neither more nor less than any.
class TypedCondition {
 public:
  // `attribute` has no values. Throws a usage Error if a value does not have the attribute's kind.
  TypedCondition(const Condition& condition, const Attribute& attribute);

  // Whether the condition is true for a value of the attribute.
  bool holds(const AttributeValue& value) const;
  // The same for a text of a text attribute.
  bool holds_text(std::string_view text) const;

  Comparison comparison() const { return comparison_; }
  // The values to compare with. For a list that was written as a whole, all its elements.
  const std::vector<AttributeValue>& values() const { return values_; }
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  bool holds_one(const AttributeValue& value, size_t i) const;

  const Attribute& attribute_;
  Comparison comparison_;
  std::vector<std::string> texts_;
  std::vector<AttributeValue> values_;
};

}  // namespace shortlist
