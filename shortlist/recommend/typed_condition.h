// A condition read for one attribute: its values have the attribute's kind.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shortlist/model/attribute.h"
#include "shortlist/recommend/condition.h"

namespace shortlist {

// A condition whose values were read as the attribute's: numbers are compared as numbers, times as instants,
// a list's values one by one, and texts by their bytes. "" stands for a missing value, which equals no other
// and is neither more nor less than any.
class TypedCondition {
 public:
  // `attribute` without its values. Throws a usage Error where a value is none of the attribute's kind.
  TypedCondition(const Condition& condition, const Attribute& attribute);

  // Whether it holds for a value of the attribute.
  bool holds(const AttributeValue& value) const;
  // The same for a text of a text attribute.
  bool holds_text(std::string_view text) const;

  Comparison comparison() const { return comparison_; }
  // What it compares with; of a list that was written as a whole, all of its values.
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
