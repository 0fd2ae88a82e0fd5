#include "shortlist/recommend/typed_condition.h"

#include <algorithm>

#include "shortlist/features/cell.h"

namespace shortlist {
namespace {

const char* kind_name(AttributeKind kind) {
  switch (kind) {
    case AttributeKind::number:
      return "numbers";
    case AttributeKind::time:
      return "times";
    case AttributeKind::list:
      return "lists";
    case AttributeKind::text:
      break;
  }
  return "texts";
}

template <typename T>
bool in_order(Comparison comparison, const T& a, const T& b) {
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

// Precise enough for every int64 and every double.
long double exact(const AttributeValue& value) {
  if (const auto* whole = std::get_if<int64_t>(&value)) return static_cast<long double>(*whole);
  return std::get<double>(value);
}

bool is_number(const AttributeValue& value) {
  return std::holds_alternative<int64_t>(value) || std::holds_alternative<double>(value);
}

Column one_text(const std::string& text) {
  Column column;
  column.rows = 1;
  column.texts = {text};
  return column;
}

// Parses a condition's text as a value of the attribute.
AttributeValue typed(const std::string& text, const Condition& condition, const Attribute& attribute) {
  if (condition.comparison == Comparison::contains) return text;
  if (attribute.kind == AttributeKind::text) return text.empty() ? AttributeValue() : AttributeValue(text);
  AttributeForm form{attribute.name, attribute.kind, attribute.separator, attribute.times};
  try {
    AttributeValue value = std::move(read_attribute(form, one_text(text)).values[0]);
    const bool is_none = is_missing(value) && (is_order(condition.comparison) || !text.empty());
    if (!is_none || attribute.kind == AttributeKind::list) return value;
  } catch (const RowError& error) {
    if (attribute.kind == AttributeKind::list) return std::vector<std::string>{text};
    throw usage_error("{}: '{}' contains {}, but {}", condition.describe(text), attribute.name,
                      kind_name(attribute.kind), error.detail());
  }
  throw usage_error("{}: '{}' contains {}, but got {}", condition.describe(text), attribute.name,
                    kind_name(attribute.kind), quote_value(text));
}

}  // namespace

TypedCondition::TypedCondition(const Condition& condition, const Attribute& attribute)
    : attribute_(attribute), comparison_(condition.comparison), texts_(condition.values) {
  for (const std::string& text : texts_) values_.push_back(typed(text, condition, attribute));
}

bool TypedCondition::holds(const AttributeValue& value) const {
  const bool negated = comparison_ == Comparison::not_equal;
  for (size_t i = 0; i < values_.size(); ++i) {
    if (holds_one(value, i)) return !negated;
  }
  return negated;
}

bool TypedCondition::holds_text(std::string_view text) const {
  const bool negated = comparison_ == Comparison::not_equal;
  for (const std::string& wanted : texts_) {
    const bool one = is_order(comparison_)
                         ? !text.empty() && in_order(comparison_, text, std::string_view(wanted))
                     : comparison_ == Comparison::contains ? text.find(wanted) != text.npos
                                                           : text == wanted;
    if (one) return !negated;
  }
  return negated;
}

// For not_equal, returns whether it is equal.
bool TypedCondition::holds_one(const AttributeValue& value, size_t i) const {
  const AttributeValue& wanted = values_[i];
  const auto* list = std::get_if<std::vector<std::string>>(&value);
  switch (comparison_) {
    case Comparison::contains:
      return text_of(attribute_, value).find(texts_[i]) != std::string::npos;
    case Comparison::equal:
    case Comparison::not_equal:
      if (is_number(value) && is_number(wanted)) return exact(value) == exact(wanted);
      return value == wanted || (list != nullptr && std::ranges::find(*list, texts_[i]) != list->end());
    default:
      break;
  }
  if (is_missing(value)) return false;
  if (is_number(value)) return in_order(comparison_, exact(value), exact(wanted));
  if (list == nullptr) return in_order(comparison_, std::get<std::string>(value), texts_[i]);
  return std::ranges::any_of(*list,
                             [&](const std::string& one) { return in_order(comparison_, one, texts_[i]); });
}

}  // namespace shortlist
