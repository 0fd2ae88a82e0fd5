#include "shortlist/engine/condition.h"

#include <algorithm>
#include <charconv>

namespace shortlist {
namespace {

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool equals(std::string_view text, std::string_view value) {
  const std::vector<std::string_view> values = attribute_values(text);
  return text == value || std::ranges::find(values, value) != values.end();
}

int compare(std::string_view a, std::string_view b) {
  const auto x = number(a), y = number(b);
  if (x && y) return *x < *y ? -1 : *x > *y;
  return a.compare(b);
}

bool holds(Comparison comparison, std::string_view text, std::string_view value) {
  switch (comparison) {
    case Comparison::equal:
      return equals(text, value);
    case Comparison::not_equal:
      return !equals(text, value);
    case Comparison::contains:
      return text.find(value) != text.npos;
    case Comparison::at_least:
      return !text.empty() && compare(text, value) >= 0;
    case Comparison::at_most:
      return !text.empty() && compare(text, value) <= 0;
    case Comparison::more:
      return !text.empty() && compare(text, value) > 0;
    case Comparison::less:
      break;
  }
  return !text.empty() && compare(text, value) < 0;
}

}  // namespace

bool holds(const Condition& condition, std::string_view text) {
  const auto one = [&](const std::string& value) { return holds(condition.comparison, text, value); };
  return condition.comparison == Comparison::not_equal ? std::ranges::all_of(condition.values, one)
                                                       : std::ranges::any_of(condition.values, one);
}

Condition Condition::parse(const std::string& text) {
  size_t best = std::string::npos, length = 0;
  Comparison found{};
  for (const auto& [comparison, name] : EnumNames<Comparison>::names) {
    const size_t at = text.find(name);
    if (at == std::string::npos || at == 0 || at > best || (at == best && name.size() < length)) continue;
    best = at;
    length = name.size();
    found = comparison;
  }
  if (length == 0) {
    throw usage_error("'{}': need a condition such as type=TV, type!=TV, year>=1990 or genre~Com", text);
  }
  return {text.substr(0, best), found, {text.substr(best + length)}};
}

std::vector<std::string_view> attribute_values(std::string_view text) {
  std::vector<std::string_view> values;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t comma = std::min(text.find(',', begin), text.size());
    std::string_view value = text.substr(begin, comma - begin);
    while (value.starts_with(' ')) value.remove_prefix(1);
    while (value.ends_with(' ')) value.remove_suffix(1);
    if (!value.empty()) values.push_back(value);
    begin = comma + 1;
  }
  return values;
}

}  // namespace shortlist
