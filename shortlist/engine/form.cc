#include "shortlist/engine/form.h"

#include <algorithm>
#include <map>

#include "shortlist/bundle/bundle.h"
#include "shortlist/engine/condition.h"
#include "shortlist/features/cell.h"
#include "shortlist/features/missing_value.h"
#include "shortlist/features/vocabulary.h"

namespace shortlist {
namespace {

// Most frequent first, then by bytes.
std::vector<std::string> by_frequency(const std::map<std::string_view, size_t>& counts) {
  std::vector<std::pair<std::string_view, size_t>> order(counts.begin(), counts.end());
  std::ranges::stable_sort(order, std::greater(), &std::pair<std::string_view, size_t>::second);
  std::vector<std::string> values;
  for (const auto& [value, count] : order) values.emplace_back(value);
  return values;
}

// Whether the commas of an attribute's values separate: some part of a value stands in several values.
bool holds_several(const std::vector<std::string>& values) {
  std::map<std::string_view, size_t> parts;
  std::map<std::string_view, size_t> wholes;
  bool commas = false;
  for (const std::string& value : values) {
    if (!wholes.emplace(value, 1).second) continue;
    const auto split = attribute_values(value);
    commas = commas || split.size() > 1;
    for (std::string_view part : split) ++parts[part];
  }
  return commas && parts.size() < wholes.size() * 4;
}

bool all_numbers(const std::vector<std::string>& values) {
  double number;
  bool any = false;
  for (const std::string& value : values) {
    if (value.empty()) continue;
    if (!parse_number(value, number)) return false;
    any = true;
  }
  return any;
}

FormField describe_attribute(const std::string& name, const std::vector<std::string>& values) {
  FormField field{.column = name};
  if (all_numbers(values)) {
    field.input = InputKind::number;
    for (const std::string& value : values) {
      double number;
      if (value.empty() || !parse_number(value, number)) continue;
      field.least = std::min(field.least.value_or(number), number);
      field.most = std::max(field.most.value_or(number), number);
    }
    return field;
  }
  std::map<std::string_view, size_t> counts;
  if (holds_several(values)) {
    field.input = InputKind::several;
    for (const std::string& value : values)
      for (std::string_view part : attribute_values(value)) ++counts[part];
  } else {
    for (const std::string& value : values)
      if (!value.empty()) ++counts[value];
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

FormField describe_column(const FeatureMap& features, size_t column, const Items& items) {
  FormField field{.column = features.columns()[column]};
  field.takes_lists = true;
  for (size_t i = 0; i < features.size(); ++i) {
    if (features.column_of(i) != column) continue;
    const Feature& feature = *features[i].feature;
    const InputForm form = feature.input();
    field.takes_lists =
        field.takes_lists && (form.kind == InputKind::several || form.kind == InputKind::vector);
    if (!field.kind.empty()) continue;
    field.kind = feature.kind();
    field.input = form.kind;
    field.least = form.least;
    field.most = form.most;
    if (has_choices(form.kind)) field.choices = known_tokens(feature);
  }
  const auto at = std::ranges::find(items.attribute_names, field.column);
  if (at == items.attribute_names.end() || !has_choices(field.input)) return field;
  FormField attribute =
      describe_attribute(*at, items.attributes[static_cast<size_t>(at - items.attribute_names.begin())]);
  if (attribute.input == InputKind::number) return field;
  if (field.input == InputKind::words) field.input = attribute.input;
  if (field.input == attribute.input) field.choices = std::move(attribute.choices);
  return field;
}

std::vector<FormField> tower_form(const Bundle& bundle, const std::vector<std::string>& names) {
  const FeatureMap features = bundle.features.select(names);
  std::vector<FormField> form;
  for (size_t c = 0; c < features.columns().size(); ++c)
    form.push_back(describe_column(features, c, bundle.items));
  return form;
}

}  // namespace

std::vector<FormField> query_form(const Bundle& bundle) {
  return tower_form(bundle, bundle.config.query.features);
}
std::vector<FormField> candidate_form(const Bundle& bundle) {
  return tower_form(bundle, bundle.config.candidate.features);
}

std::vector<FormField> attribute_form(const Bundle& bundle) {
  std::vector<FormField> form;
  for (size_t a = 0; a < bundle.items.attribute_names.size(); ++a)
    form.push_back(describe_attribute(bundle.items.attribute_names[a], bundle.items.attributes[a]));
  return form;
}

}  // namespace shortlist
