// For tests only: creates attributes from texts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/model/attribute.h"

namespace shortlist::testing {

// Read like a table's column: a list if a separator is given. "" is missing.
inline Attribute attribute(const std::string& name, const std::vector<std::string>& texts,
                           std::optional<std::string> separator = std::nullopt) {
  return read_attribute({.name = name, .separator = std::move(separator)}, texts);
}

// The values in readable form.
inline std::vector<std::string> texts_of(const Attribute& attribute) {
  std::vector<std::string> texts;
  for (const AttributeValue& value : attribute.values) texts.push_back(text_of(attribute, value));
  return texts;
}

}  // namespace shortlist::testing
