#include "shortlist/recommend/item_filter.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "shortlist/base/value.h"
#include "shortlist/features/cell.h"
#include "shortlist/metrics/observations.h"
#include "shortlist/recommend/condition.h"

namespace shortlist {
namespace {

// Number of items between two deadline checks.
constexpr size_t kStride = 1'024;

// A key that is equal for equal values of one attribute; "" if missing. An integral number is always an
// int64, never a double.
std::string key_of(const AttributeValue& value) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    std::string key;
    for (const std::string& part : *list) key += fmt::format("{}:{}", part.size(), part);
    return key;
  }
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* whole = std::get_if<int64_t>(&value)) return fmt::format("{}", *whole);
  const auto* number = std::get_if<double>(&value);
  return number != nullptr ? fmt::format("{}", *number) : "";
}

bool parse_whole(std::string_view text, int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

AttributeIndex::AttributeIndex(const Attribute& attribute) : attribute_(attribute) {
  value_of_.reserve(attribute.values.size());
  for (const AttributeValue& value : attribute.values) {
    std::vector<uint32_t>& known = wholes_[key_of(value)];
    if (known.empty()) {
      known.push_back(static_cast<uint32_t>(values_.size()));
      values_.push_back(&value);
    }
    value_of_.push_back(known.front());
  }
  for (uint32_t v = 0; v < values_.size(); ++v) {
    const auto* list = std::get_if<std::vector<std::string>>(values_[v]);
    if (list == nullptr) continue;
    for (const std::string& part : *list) {
      std::vector<uint32_t>& holding = parts_[part];
      if (holding.empty() || holding.back() != v) holding.push_back(v);
    }
  }
}

std::vector<uint32_t> AttributeIndex::equal_to(const TypedCondition& condition, size_t i) const {
  std::vector<uint32_t> equal;
  const auto add = [&](const auto& positions, const std::string& key) {
    const auto found = positions.find(key);
    if (found != positions.end()) equal.insert(equal.end(), found->second.begin(), found->second.end());
  };
  add(wholes_, key_of(condition.values()[i]));
  if (attribute_.kind == AttributeKind::list) add(parts_, condition.texts()[i]);
  return equal;
}

std::vector<uint8_t> AttributeIndex::values_that_hold(const TypedCondition& condition,
                                                      const Deadline& deadline) const {
  const bool negated = condition.comparison() == Comparison::not_equal;
  std::vector<uint8_t> marks(values_.size(), negated);
  if (negated || condition.comparison() == Comparison::equal) {
    for (size_t i = 0; i < condition.values().size(); ++i) {
      for (uint32_t v : equal_to(condition, i)) marks[v] = !negated;
    }
    return marks;
  }
  for (size_t v = 0; v < values_.size(); ++v) {
    if (v % kStride == 0) deadline.check();
    marks[v] = condition.holds(*values_[v]);
  }
  return marks;
}

void AttributeIndex::narrow(const Condition& condition, std::vector<uint8_t>& eligible,
                            const Deadline& deadline) const {
  const std::vector<uint8_t> marks = values_that_hold(TypedCondition(condition, attribute_), deadline);
  for (size_t item = 0; item < eligible.size(); ++item) eligible[item] &= marks[value_of_[item]];
}

void AttributeIndex::add_notes(const Condition& condition, std::vector<std::string>& notes) const {
  const TypedCondition typed(condition, attribute_);
  const bool texts = attribute_.kind == AttributeKind::text || attribute_.kind == AttributeKind::list;
  if (is_order(condition.comparison) && texts && !condition.values.empty()) {
    notes.push_back(fmt::format(
        "{}: '{}' contains texts, which '{}' compares letter by letter, not as numbers",
        condition.describe(condition.values.front()), attribute_.name, enum_name(condition.comparison)));
  }
  if (condition.comparison != Comparison::equal && condition.comparison != Comparison::not_equal) return;
  for (size_t i = 0; i < typed.values().size(); ++i) {
    if (equal_to(typed, i).empty())
      notes.push_back(fmt::format("{}: no item's {} is {}", condition.describe(typed.texts()[i]),
                                  attribute_.name, quote_value(typed.texts()[i])));
  }
}

ItemFilter::ItemFilter(const Items& items, TextForm form_of_ids, const std::string& display)
    : items_(items), form_of_ids_(form_of_ids) {
  ids_.name = items.id_column;
  int64_t number;
  const bool whole =
      std::ranges::all_of(items.ids, [&](const std::string& id) { return parse_whole(id, number); });
  if (whole) ids_.kind = AttributeKind::number;
  for (const Attribute& attribute : items.attributes) attributes_.emplace_back(attribute);
  by_id_.reserve(items.ids.size());
  for (uint32_t item = 0; item < items.ids.size(); ++item) by_id_.emplace(items.ids[item], item);
  const auto shown = std::ranges::find(items.attributes, display, &Attribute::name);
  if (shown == items.attributes.end()) return;
  for (uint32_t item = 0; item < items.ids.size(); ++item) {
    const auto* text = std::get_if<std::string>(&shown->values[item]);
    if (text == nullptr) continue;
    const auto [known, fresh] = by_display_.emplace(*text, item);
    if (!fresh) known->second = unknown_index;
  }
}

std::optional<uint32_t> ItemFilter::find_id(std::string_view id) const {
  std::string memory;
  const auto found = by_id_.find(in_form(id, form_of_ids_, memory));
  return found == by_id_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<uint32_t> ItemFilter::find(const std::string& id) const {
  if (const auto found = find_id(id)) return found;
  const auto named = by_display_.find(id);
  const bool one = named != by_display_.end() && named->second != unknown_index;
  return one ? std::optional(named->second) : std::nullopt;
}

const AttributeIndex& ItemFilter::attribute(const std::string& name) const {
  const auto at = std::ranges::find(items_.attributes, name, &Attribute::name);
  if (at != items_.attributes.end()) return attributes_[static_cast<size_t>(at - items_.attributes.begin())];
  std::vector<std::string> known;
  for (const Attribute& attribute : items_.attributes) known.push_back(attribute.name);
  const std::string near = nearest(name, known);
  throw usage_error("where: the bundle has no attribute '{}'{} (attributes: {})", name,
                    near.empty() ? "" : fmt::format("; did you mean '{}'?", near),
                    known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", ")));
}

void ItemFilter::narrow_ids(const Condition& condition, std::vector<uint8_t>& eligible,
                            const Deadline& deadline) const {
  const TypedCondition typed(condition, ids_);
  int64_t number;
  const size_t stride = std::max<size_t>(1, kStride / std::max<size_t>(1, condition.values.size()));
  for (size_t item = 0; item < eligible.size(); ++item) {
    if (item % stride == 0) deadline.check();
    if (eligible[item] == 0) continue;
    const std::string& id = items_.ids[item];
    const bool as_number = ids_.kind == AttributeKind::number && parse_whole(id, number);
    eligible[item] = as_number ? typed.holds(number) : typed.holds_text(id);
  }
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
    if (condition.attribute == items_.id_column) {
      narrow_ids(condition, eligible, options.deadline);
    } else {
      attribute(condition.attribute).narrow(condition, eligible, options.deadline);
    }
  }
  return eligible;
}

std::vector<std::string> ItemFilter::notes(const std::vector<Condition>& conditions) const {
  std::vector<std::string> notes;
  for (const Condition& condition : conditions) {
    if (condition.attribute == items_.id_column) {
      TypedCondition(condition, ids_);
    } else {
      attribute(condition.attribute).add_notes(condition, notes);
    }
  }
  return notes;
}

}  // namespace shortlist
