// Describes the fields of a settings struct as data: for the reference page, and for code that is generated
// for other languages.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "shortlist/base/fields.h"

namespace shortlist {

struct FieldDescription;

struct FieldType {
  // boolean, integer, number, text, choice, table (of settings) or any.
  std::string name;
  bool is_list = false;
  bool is_optional = false;              // without a default
  std::vector<std::string> choices;      // of a choice
  std::vector<FieldDescription> fields;  // of a table
  std::string shorthand;                 // of a table that may be written as the value of this field alone
};

struct FieldDescription : FieldHelp {
  FieldType form;
  std::string range;  // "at least 1"; "" if unlimited
};

template <typename T>
std::vector<FieldDescription> describe_fields(const T& settings = T());

template <typename T>
FieldType describe_type() {
  namespace detail = fields_detail;
  if constexpr (detail::is_optional<T>::value) {
    FieldType type = describe_type<typename T::value_type>();
    type.is_optional = true;
    return type;
  } else if constexpr (detail::is_vector<T>::value) {
    FieldType type = describe_type<typename T::value_type>();
    type.is_list = true;
    return type;
  } else if constexpr (std::is_same_v<T, Value>) {
    return {.name = "any"};
  } else if constexpr (std::is_same_v<T, bool>) {
    return {.name = "boolean"};
  } else if constexpr (std::is_integral_v<T>) {
    return {.name = "integer"};
  } else if constexpr (std::is_floating_point_v<T>) {
    return {.name = "number"};
  } else if constexpr (std::is_same_v<T, std::string>) {
    return {.name = "text"};
  } else if constexpr (std::is_enum_v<T>) {
    FieldType type{.name = "choice"};
    for (const auto& [value, name] : EnumNames<T>::names) type.choices.emplace_back(name);
    return type;
  } else {
    FieldType type{.name = "table", .fields = describe_fields<T>()};
    if constexpr (detail::has_shorthand<T>) type.shorthand = T::shorthand;
    return type;
  }
}

template <typename T>
std::vector<FieldDescription> describe_fields(const T& settings) {
  const std::vector<FieldHelp> help = document_fields(settings);
  std::vector<FieldDescription> described;
  auto visit = [&](const char*, auto& field, const char*, const Range& range = {}) {
    described.push_back(
        {help[described.size()], describe_type<std::remove_cvref_t<decltype(field)>>(), range.text()});
  };
  const_cast<T&>(settings).fields(visit);
  return described;
}

}  // namespace shortlist
