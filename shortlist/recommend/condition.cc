#include "shortlist/recommend/condition.h"

#include "shortlist/base/error.h"

namespace shortlist {

bool is_order(Comparison comparison) {
  return comparison == Comparison::at_least || comparison == Comparison::at_most ||
         comparison == Comparison::more || comparison == Comparison::less;
}

std::string Condition::describe(const std::string& value) const {
  return attribute + std::string(enum_name(comparison)) + value;
}

Condition Condition::parse(const std::string& text) {
  size_t best = std::string::npos, length = 0;
  Comparison found{};
  for (const auto& [comparison, name] : EnumNames<Comparison>::names) {
    const size_t at = text.find(name);
    if (at == std::string::npos || at > best || (at == best && name.size() < length)) continue;
    best = at;
    length = name.size();
    found = comparison;
  }
  if (length == 0 || best == 0) {
    throw usage_error("'{}': need a condition such as type=TV, type!=TV, year>=1990 or genre~Com", text);
  }
  return {text.substr(0, best), found, {text.substr(best + length)}};
}

}  // namespace shortlist
