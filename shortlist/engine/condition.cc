#include "shortlist/engine/condition.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_set>

#include "shortlist/base/value.h"

namespace shortlist {
namespace {

constexpr const char* kComparisons[] = {"!=", ">=", "<=", "=", ">", "<", "~"};

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool equals(std::string_view text, const std::string& value) {
  const std::vector<std::string_view> values = attribute_values(text);
  return text == value || std::ranges::find(values, value) != values.end();
}

// Numbers compare as numbers, everything else by bytes.
int compare(std::string_view a, const std::string& b) {
  const auto x = number(a), y = number(b);
  if (x && y) return *x < *y ? -1 : *x > *y;
  return a.compare(b);
}

bool holds(const Condition& condition, std::string_view text) {
  if (condition.comparison == "=") return equals(text, condition.value);
  if (condition.comparison == "!=") return !equals(text, condition.value);
  if (condition.comparison == "~") return text.find(condition.value) != std::string_view::npos;
  if (text.empty()) return false;  // a missing value is neither more nor less
  const int order = compare(text, condition.value);
  if (condition.comparison == ">") return order > 0;
  if (condition.comparison == "<") return order < 0;
  return condition.comparison == ">=" ? order >= 0 : order <= 0;
}

}  // namespace

Condition Condition::parse(const std::string& text) {
  size_t best = std::string::npos;
  std::string found;
  for (const char* comparison : kComparisons) {
    const size_t at = text.find(comparison);
    if (at == std::string::npos || at == 0 || at >= best) continue;
    best = at;
    found = comparison;
  }
  if (found.empty()) {
    throw usage_error("'{}': need a condition such as type=TV, type!=TV, year>=1990 or genre~Com", text);
  }
  return {text.substr(0, best), found, text.substr(best + found.size())};
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

std::vector<uint8_t> allowed_items(const Items& items, const RecommendOptions& options) {
  if (options.exclude.empty() && options.where.empty()) return {};
  std::vector<uint8_t> allowed(items.ids.size(), 1);
  const std::unordered_set<std::string> excluded(options.exclude.begin(), options.exclude.end());
  for (size_t i = 0; !excluded.empty() && i < allowed.size(); ++i)
    allowed[i] = !excluded.contains(items.ids[i]);
  for (const Condition& condition : options.where) {
    const auto at = std::ranges::find(items.attribute_names, condition.attribute);
    const bool by_id = condition.attribute == items.id_column;
    if (at == items.attribute_names.end() && !by_id) {
      const std::string near = nearest(condition.attribute, items.attribute_names);
      throw usage_error("where: the bundle keeps no attribute '{}'{} (it keeps: {})", condition.attribute,
                        near.empty() ? "" : fmt::format("; did you mean '{}'?", near),
                        fmt::join(items.attribute_names, ", "));
    }
    const auto& values =
        by_id ? items.ids : items.attributes[static_cast<size_t>(at - items.attribute_names.begin())];
    for (size_t i = 0; i < allowed.size(); ++i) allowed[i] = allowed[i] && holds(condition, values[i]);
  }
  return allowed;
}

}  // namespace shortlist
