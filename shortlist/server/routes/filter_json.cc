#include "shortlist/server/routes/filter_json.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/base/value.h"
#include "shortlist/server/routes/request_body.h"
#include "shortlist/server/routes/requests.h"

namespace shortlist {
namespace {

std::vector<std::string> read_values(const Value& value, const Where& where) {
  if (value.array() == nullptr) return {scalar_text(value, where)};
  std::vector<std::string> values;
  for (size_t i = 0; i < value.array()->size(); ++i)
    values.push_back(scalar_text((*value.array())[i], where.below(std::to_string(i))));
  return values;
}

Condition read_condition(const Value& value, const Where& where) {
  if (const std::string* text = value.text()) {
    try {
      return Condition::parse(*text);
    } catch (const Error& error) {
      throw where.error(value, error.message());
    }
  }
  ConditionRequest request;
  read_value(value, request, where);
  return {request.attribute, request.comparison, read_values(request.value, where.below("value"))};
}

FieldError unknown_attribute(const Value& value, const Where& where, const std::string& name,
                             const std::vector<std::string>& known) {
  const std::string near = nearest(name, known);
  return where.below("attribute")
      .error(value, fmt::format("unknown attribute '{}'{} (known: {})", name,
                                near.empty() ? "" : fmt::format("; did you mean '{}'?", near),
                                fmt::join(known, ", ")));
}

}  // namespace

std::vector<Condition> read_conditions(const std::vector<Value>& filter, const Recommender& recommender) {
  std::vector<Condition> conditions;
  std::vector<std::string> known = recommender.attribute_names();
  known.push_back(recommender.id_column());
  for (size_t i = 0; i < filter.size(); ++i) {
    const Where where{"", fmt::format("filter.{}", i)};
    conditions.push_back(read_condition(filter[i], where));
    const std::string& name = conditions.back().attribute;
    if (std::ranges::find(known, name) == known.end()) throw unknown_attribute(filter[i], where, name, known);
    try {
      recommender.notes({conditions.back()});
    } catch (const Error& error) {
      throw where.error(filter[i], error.message());
    }
  }
  return conditions;
}

}  // namespace shortlist
