#include "shortlist/recommend/form.h"

#include <algorithm>
#include <map>

#include "shortlist/bundle/bundle.h"
#include "shortlist/features/history.h"
#include "shortlist/features/missing_value.h"
#include "shortlist/features/vocabulary.h"
#include "shortlist/recommend/known_users.h"

namespace shortlist {
namespace {

// Sorted by descending frequency, then by bytes.
std::vector<std::string> by_frequency(const std::map<std::string_view, size_t>& counts) {
  std::vector<std::pair<std::string_view, size_t>> order(counts.begin(), counts.end());
  std::ranges::stable_sort(order, std::greater(), &std::pair<std::string_view, size_t>::second);
  std::vector<std::string> values;
  for (const auto& [value, count] : order) values.emplace_back(value);
  return values;
}

// Sets the range of numbers or times.
void describe_range(const Attribute& attribute, FormField& field) {
  for (const AttributeValue& value : attribute.values) {
    if (is_missing(value)) continue;
    const auto* whole = std::get_if<int64_t>(&value);
    const double number = whole != nullptr ? static_cast<double>(*whole) : std::get<double>(value);
    field.least = std::min(field.least.value_or(number), number);
    field.most = std::max(field.most.value_or(number), number);
  }
}

FormField describe_attribute(const Attribute& attribute) {
  FormField field{.column = attribute.name};
  std::map<std::string_view, size_t> counts;
  switch (attribute.kind) {
    case AttributeKind::number:
      field.input = InputKind::number;
      describe_range(attribute, field);
      return field;
    case AttributeKind::time:
      field.input = InputKind::time;
      describe_range(attribute, field);
      return field;
    case AttributeKind::list:
      field.input = InputKind::several;
      break;
    case AttributeKind::text:
      break;
  }
  for (const AttributeValue& value : attribute.values) {
    if (const auto* text = std::get_if<std::string>(&value)) ++counts[*text];
    const auto* list = std::get_if<std::vector<std::string>>(&value);
    for (size_t i = 0; list != nullptr && i < list->size(); ++i) ++counts[(*list)[i]];
  }
  field.choices = by_frequency(counts);
  return field;
}

std::vector<std::string> known_tokens(const Feature& feature) {
  std::vector<std::string> tokens;
  for (int32_t id = 0; id < feature.id_count(); ++id) {
    std::string token = feature.token(id);
    if (!token.empty() && token != kOovToken && token != kMissingToken) tokens.push_back(std::move(token));
  }
  return tokens;
}

bool has_choices(InputKind input) {
  return input == InputKind::one || input == InputKind::several || input == InputKind::words;
}

FormField describe_column(const FeatureMap& features, size_t column, const Bundle& bundle) {
  const Items& items = bundle.items;
  FormField field{.column = features.columns()[column]};
  if (const auto at = bundle.spec.separators.find(field.column); at != bundle.spec.separators.end())
    field.separator = at->second;
  field.takes_lists = true;
  for (size_t i = 0; i < features.size(); ++i) {
    const std::vector<size_t>& read = features.columns_of(i);
    const auto found = std::ranges::find(read, column);
    if (found == read.end()) continue;
    const Feature& feature = *features[i].feature;
    const auto place = static_cast<size_t>(found - read.begin());
    const InputForm form = place == 0 ? feature.input() : feature.further_input(place - 1);
    field.takes_lists =
        field.takes_lists && (form.kind == InputKind::several || form.kind == InputKind::vector);
    const bool is_history = feature.kind() == HistorySettings::kind;
    if (!field.kind.empty() && !is_history) continue;
    field.kind = feature.kind();
    field.input = form.kind;
    field.least = form.least;
    field.most = form.most;
    if (is_history) {
      field.choices = items.ids;
    } else if (has_choices(form.kind)) {
      field.choices = known_tokens(feature);
    }
  }
  const auto at = std::ranges::find(items.attributes, field.column, &Attribute::name);
  if (field.kind == HistorySettings::kind) return field;
  if (at == items.attributes.end() || !has_choices(field.input)) return field;
  FormField attribute = describe_attribute(*at);
  if (!has_choices(attribute.input)) return field;
  if (field.input == InputKind::words) field.input = attribute.input;
  if (field.input == attribute.input) field.choices = std::move(attribute.choices);
  return field;
}

std::vector<FormField> tower_form(const Bundle& bundle, const std::vector<std::string>& names) {
  const FeatureMap features = bundle.features.select(names);
  std::vector<FormField> form;
  for (size_t c = 0; c < features.columns().size(); ++c) form.push_back(describe_column(features, c, bundle));
  return form;
}

}  // namespace

std::vector<FormField> query_form(const Bundle& bundle) {
  std::vector<FormField> form = tower_form(bundle, bundle.spec.query);
  const bool has_history = adds_history_column(bundle);
  const bool has_user = query_columns_of(bundle).size() > form.size() + (has_history ? 1 : 0);
  if (has_user) form.push_back({.column = bundle.spec.user, .kind = "user", .choices = bundle.ratings.users});
  if (has_history)
    form.push_back({.column = HistorySettings::kind,
                    .input = InputKind::several,
                    .kind = HistorySettings::kind,
                    .takes_lists = true,
                    .choices = bundle.items.ids});
  return form;
}
std::vector<FormField> item_form(const Bundle& bundle) { return tower_form(bundle, bundle.spec.candidate); }

std::vector<FormField> attribute_form(const Bundle& bundle) {
  std::vector<FormField> form;
  for (const Attribute& attribute : bundle.items.attributes)
    if (attribute.name != bundle.spec.display_image) form.push_back(describe_attribute(attribute));
  return form;
}

}  // namespace shortlist
