// JSON schemas of settings structs, from their fields().
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>

#include "shortlist/base/fields.h"
#include "shortlist/io/json.h"

namespace shortlist {

template <typename T>
nlohmann::json schema_of();

namespace schema_detail {

template <typename T>
nlohmann::json schema_of_fields() {
  nlohmann::json properties = nlohmann::json::object();
  auto visit = [&](const char* name, auto& field, const char* help, const Range& range = {}) {
    using F = std::remove_cvref_t<decltype(field)>;
    nlohmann::json schema = schema_of<F>();
    schema["description"] = help;
    if (std::isfinite(range.least))
      schema[range.without_least ? "exclusiveMinimum" : "minimum"] = range.least;
    if (std::isfinite(range.most)) schema[range.without_most ? "exclusiveMaximum" : "maximum"] = range.most;
    const Value value = write_value(field);
    if constexpr (std::is_arithmetic_v<F> || std::is_enum_v<F>) schema["default"] = to_json(value);
    properties[name] = std::move(schema);
  };
  T settings;
  settings.fields(visit);
  return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

}  // namespace schema_detail

// A Value allows anything.
template <typename T>
nlohmann::json schema_of() {
  using nlohmann::json;
  if constexpr (std::is_same_v<T, Value>) {
    return json::object();
  } else if constexpr (std::is_same_v<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::is_integral_v<T>) {
    return {{"type", "integer"}};
  } else if constexpr (std::is_floating_point_v<T>) {
    return {{"type", "number"}};
  } else if constexpr (std::is_same_v<T, std::string>) {
    return {{"type", "string"}};
  } else if constexpr (std::is_enum_v<T>) {
    json names = json::array();
    for (const auto& [value, name] : EnumNames<T>::names) names.push_back(name);
    return {{"enum", std::move(names)}};
  } else if constexpr (fields_detail::is_optional<T>::value) {
    return schema_of<typename T::value_type>();
  } else if constexpr (fields_detail::is_vector<T>::value) {
    return {{"type", "array"}, {"items", schema_of<typename T::value_type>()}};
  } else {
    return schema_detail::schema_of_fields<T>();
  }
}

}  // namespace shortlist
