#include "shortlist/engine/item_filter.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "shortlist/base/value.h"
#include "shortlist/engine/condition.h"

namespace shortlist {
namespace {

// Items between two looks at the deadline.
constexpr size_t kStride = 1'024;

double number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : NAN;
}

bool is_order(Comparison comparison) {
  return comparison == Comparison::at_least || comparison == Comparison::at_most ||
         comparison == Comparison::more || comparison == Comparison::less;
}

bool in_order(Comparison comparison, double a, double b) {
  switch (comparison) {
    case Comparison::at_least:
      return a >= b;
    case Comparison::at_most:
      return a <= b;
    case Comparison::more:
      return a > b;
    default:
      return a < b;
  }
}

}  // namespace

AttributeIndex::AttributeIndex(const std::vector<std::string>& texts) {
  std::unordered_map<std::string_view, uint32_t> positions;
  for (const std::string& text : texts) {
    const auto [at, fresh] = positions.emplace(text, static_cast<uint32_t>(values_.size()));
    if (fresh) values_.push_back(text);
    value_of_.push_back(at->second);
  }
  for (uint32_t v = 0; v < values_.size(); ++v) {
    numbers_.push_back(number_of(values_[v]));
    holding_[values_[v]].push_back(v);
    for (std::string_view part : attribute_values(values_[v])) {
      std::vector<uint32_t>& holding = holding_[part];
      if (holding.empty() || holding.back() != v) holding.push_back(v);
    }
  }
}

std::vector<uint8_t> AttributeIndex::values_that_hold(const Condition& condition,
                                                      const Deadline& deadline) const {
  const bool negated = condition.comparison == Comparison::not_equal;
  std::vector<uint8_t> marks(values_.size(), negated);
  if (negated || condition.comparison == Comparison::equal) {
    for (const std::string& value : condition.values) {
      const auto found = holding_.find(value);
      if (found == holding_.end()) continue;
      for (uint32_t v : found->second) marks[v] = !negated;
    }
    return marks;
  }
  for (const std::string& value : condition.values) {
    const double bound = is_order(condition.comparison) ? number_of(value) : NAN;
    const Condition one{condition.attribute, condition.comparison, {value}};
    deadline.check();
    for (size_t v = 0; v < values_.size(); ++v) {
      const bool as_numbers = !std::isnan(bound) && !std::isnan(numbers_[v]);
      if (as_numbers ? in_order(condition.comparison, numbers_[v], bound) : holds(one, values_[v]))
        marks[v] = 1;
    }
  }
  return marks;
}

void AttributeIndex::narrow(const Condition& condition, std::vector<uint8_t>& eligible,
                            const Deadline& deadline) const {
  const std::vector<uint8_t> marks = values_that_hold(condition, deadline);
  for (size_t item = 0; item < eligible.size(); ++item) eligible[item] &= marks[value_of_[item]];
}

ItemFilter::ItemFilter(const Items& items) : items_(items) {
  for (const std::vector<std::string>& texts : items.attributes) attributes_.emplace_back(texts);
  by_id_.reserve(items.ids.size());
  for (uint32_t item = 0; item < items.ids.size(); ++item) by_id_.emplace(items.ids[item], item);
}

std::optional<uint32_t> ItemFilter::find(const std::string& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? std::nullopt : std::optional(found->second);
}

const AttributeIndex& ItemFilter::attribute(const std::string& name) const {
  const auto at = std::ranges::find(items_.attribute_names, name);
  if (at != items_.attribute_names.end())
    return attributes_[static_cast<size_t>(at - items_.attribute_names.begin())];
  const std::string near = nearest(name, items_.attribute_names);
  throw usage_error("where: the bundle keeps no attribute '{}'{} (it keeps: {})", name,
                    near.empty() ? "" : fmt::format("; did you mean '{}'?", near),
                    fmt::join(items_.attribute_names, ", "));
}

std::vector<uint8_t> ItemFilter::eligible(const RecommendOptions& options) const {
  if (!options.allow && options.exclude.empty() && options.where.empty()) return {};
  std::vector<uint8_t> eligible(items_.ids.size(), !options.allow);
  const auto set = [&](const std::vector<std::string>& ids, uint8_t to) {
    for (const std::string& id : ids)
      if (const auto item = find(id)) eligible[*item] = to;
  };
  if (options.allow) set(*options.allow, 1);
  set(options.exclude, 0);
  for (const Condition& condition : options.where) {
    options.deadline.check();
    if (condition.attribute != items_.id_column) {
      attribute(condition.attribute).narrow(condition, eligible, options.deadline);
      continue;
    }
    const size_t stride = std::max<size_t>(1, kStride / std::max<size_t>(1, condition.values.size()));
    for (size_t item = 0; item < eligible.size(); ++item) {
      if (item % stride == 0) options.deadline.check();
      eligible[item] = eligible[item] && holds(condition, items_.ids[item]);
    }
  }
  return eligible;
}

}  // namespace shortlist
