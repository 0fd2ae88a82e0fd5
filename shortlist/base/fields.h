// One list of fields per settings struct, from which reading, writing, help and the reference page are
// derived.
//
//   struct Plateau {
//     int patience = 10;
//     template <typename Visitor>
//     void fields(Visitor& visit) {
//       visit("patience", patience, "epochs without gain before ...", Range::at_least(0));
//     }
//   };
//
// The Range of a number, or of each number in a list, is optional; numbers are always finite. A field's type
// is bool, int, int64_t, float, double, std::string, an enum with EnumNames, another settings struct, a
// std::optional or std::vector of these, or a Value, which is kept unchanged. A visitor is a callable (const
// char* name, T& field, const char* help, const Range& range = {}).
//
// A settings struct with `static constexpr std::pair<const char*, const char*> renamed[]` lists the keys of
// earlier versions and their replacements.
// A settings struct with `static constexpr const char* shorthand = "column"` may also be written as a string,
// which becomes the value of that field.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "shortlist/base/error.h"
#include "shortlist/base/range.h"
#include "shortlist/base/value.h"

namespace shortlist {

// The names of an enum's values in a config. Specialise with
//   static constexpr std::pair<E, std::string_view> names[] = {{E::mean, "mean"}, ...};
template <typename E>
struct EnumNames;

template <typename E>
std::string_view enum_name(E value) {
  for (const auto& [v, name] : EnumNames<E>::names) {
    if (v == value) return name;
  }
  return "?";
}

// A usage Error about one field, such as "ranking.0.weight", or "" for the whole.
class FieldError : public Error {
 public:
  FieldError(std::string field, std::string reason, const std::string& message)
      : Error(ErrorKind::usage, message), field_(std::move(field)), reason_(std::move(reason)) {}
  const std::string& field() const { return field_; }
  const std::string& reason() const { return reason_; }  // the message without the location

 private:
  std::string field_, reason_;
};

// The location of a value, for messages: "anime.toml:12: [features] genre: ".
struct Where {
  std::string file;
  std::string path;  // "features.genre"
  FieldError error(const Value& value, const std::string& message) const;
  Where below(std::string_view key) const;
};

namespace fields_detail {

template <typename T>
struct is_vector : std::false_type {};
template <typename T>
struct is_vector<std::vector<T>> : std::true_type {};
template <typename T>
struct is_optional : std::false_type {};
template <typename T>
struct is_optional<std::optional<T>> : std::true_type {};
template <typename T>
concept has_shorthand = requires {
  T::shorthand;
};

bool read_bool(const Value& value, const Where& where);
int64_t read_integer(const Value& value, const Where& where, int64_t least, int64_t most);
// A finite number with magnitude at most `most`.
double read_number(const Value& value, const Where& where, double most);
FieldError out_of_range(const Value& value, const Where& where, double got, const Range& range);
std::string read_text(const Value& value, const Where& where);
// The double with the same shortest decimal form as the float: 0.2, not 0.20000000298.
double shortest_double(float number);
FieldError unknown_key(const Value& value, const Where& where, const std::string& key,
                       const std::vector<std::string>& known);
// A key of an earlier version.
FieldError renamed_key(const Value& value, const Where& where, const std::string& key, const char* now);
FieldError not_one_of(const Value& value, const Where& where, const std::vector<std::string>& known);

}  // namespace fields_detail

template <typename T>
std::vector<std::string> field_names(T& settings) {
  std::vector<std::string> names;
  auto visit = [&](const char* name, auto&, const char*, const Range& = {}) { names.push_back(name); };
  settings.fields(visit);
  return names;
}

template <typename T>
void read_fields(const Value& value, T& settings, const Where& where,
                 const std::vector<std::string>& also_known = {});
template <typename T>
Value write_fields(const T& settings);

// Reads `value` into `field`; parts that `value` does not mention keep their defaults. Throws a usage Error
// with the file, line, key, the value found and the values allowed.
template <typename T>
void read_value(const Value& value, T& field, const Where& where) {
  namespace detail = fields_detail;
  if constexpr (std::is_same_v<T, Value>) {
    field = value;
  } else if constexpr (std::is_same_v<T, bool>) {
    field = detail::read_bool(value, where);
  } else if constexpr (std::is_integral_v<T>) {
    field = static_cast<T>(
        detail::read_integer(value, where, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
  } else if constexpr (std::is_floating_point_v<T>) {
    field = static_cast<T>(detail::read_number(value, where, double{std::numeric_limits<T>::max()}));
  } else if constexpr (std::is_same_v<T, std::string>) {
    field = detail::read_text(value, where);
  } else if constexpr (std::is_enum_v<T>) {
    std::vector<std::string> known;
    for (const auto& [v, name] : EnumNames<T>::names) {
      if (value.text() != nullptr && *value.text() == name) return void(field = v);
      known.emplace_back(name);
    }
    throw detail::not_one_of(value, where, known);
  } else if constexpr (detail::is_optional<T>::value) {
    read_value(value, field.emplace(), where);
  } else if constexpr (detail::is_vector<T>::value) {
    const Value::Array* array = value.array();
    if (array == nullptr) throw where.error(value, "got " + value.describe() + ", need a list");
    field.clear();
    for (size_t i = 0; i < array->size(); ++i) {
      read_value((*array)[i], field.emplace_back(), where.below(std::to_string(i)));
    }
  } else if constexpr (detail::has_shorthand<T>) {
    const bool is_table = value.text() == nullptr;
    read_fields(is_table ? value : Value(Value::Table{{T::shorthand, value}}, value.line), field, where);
  } else {
    read_fields(value, field, where);
  }
}

// Throws a usage Error if a number read from `value`, or an element of a list of numbers, is out of range.
template <typename T>
void check_range(const Value& value, const T& field, const Range& range, const Where& where) {
  if constexpr (fields_detail::is_optional<T>::value) {
    if (field) check_range(value, *field, range, where);
  } else if constexpr (fields_detail::is_vector<T>::value) {
    for (size_t i = 0; i < field.size(); ++i)
      check_range((*value.array())[i], field[i], range, where.below(std::to_string(i)));
  } else if constexpr (std::is_arithmetic_v<T>) {
    if (range.contains(static_cast<double>(field))) return;
    if constexpr (std::is_same_v<T, float>)
      throw fields_detail::out_of_range(value, where, fields_detail::shortest_double(field), range);
    throw fields_detail::out_of_range(value, where, static_cast<double>(field), range);
  }
}

// Reads a table into a settings struct. Unknown keys are errors, except those in `also_known`, which the
// caller reads itself.
template <typename T>
void read_fields(const Value& value, T& settings, const Where& where,
                 const std::vector<std::string>& also_known) {
  const Value::Table* table = value.table();
  if (table == nullptr) throw where.error(value, "got " + value.describe() + ", need a table of settings");
  std::vector<std::string> known = field_names(settings);
  known.insert(known.end(), also_known.begin(), also_known.end());
  for (const auto& [key, entry] : *table) {
    bool found = false;
    for (const std::string& name : known) found = found || name == key;
    if (found) continue;
    if constexpr (requires { T::renamed; }) {
      for (const auto& [before, now] : T::renamed)
        if (key == before) throw fields_detail::renamed_key(entry, where, key, now);
    }
    throw fields_detail::unknown_key(entry, where, key, known);
  }
  auto visit = [&](const char* name, auto& field, const char*, const Range& range = {}) {
    const Value* entry = value.find(name);
    if (entry == nullptr) return;
    read_value(*entry, field, where.below(name));
    check_range(*entry, field, range, where.below(name));
  };
  settings.fields(visit);
}

// The value of a field; null for an empty optional.
template <typename T>
Value write_value(const T& field) {
  if constexpr (std::is_same_v<T, Value>) {
    return field;
  } else if constexpr (std::is_same_v<T, bool>) {
    return Value(field);
  } else if constexpr (std::is_integral_v<T>) {
    return Value(static_cast<int64_t>(field));
  } else if constexpr (std::is_same_v<T, float>) {
    return Value(fields_detail::shortest_double(field));
  } else if constexpr (std::is_floating_point_v<T>) {
    return Value(static_cast<double>(field));
  } else if constexpr (std::is_same_v<T, std::string>) {
    return Value(field);
  } else if constexpr (std::is_enum_v<T>) {
    return Value(std::string(enum_name(field)));
  } else if constexpr (fields_detail::is_optional<T>::value) {
    return field ? write_value(*field) : Value();
  } else if constexpr (fields_detail::is_vector<T>::value) {
    Value::Array array;
    for (const auto& element : field) array.push_back(write_value(element));
    return Value(std::move(array));
  } else if constexpr (fields_detail::has_shorthand<T>) {
    const Value table = write_fields(field);
    const Value* text = table.find(T::shorthand);
    return table.table()->size() == 1 && text != nullptr ? *text : table;
  } else {
    return write_fields(field);
  }
}

// All fields with their current values; empty optionals are left out.
template <typename T>
Value write_fields(const T& settings) {
  Value::Table table;
  auto visit = [&](const char* name, auto& field, const char*, const Range& = {}) {
    Value value = write_value(field);
    if (!value.is_null()) table.emplace_back(name, std::move(value));
  };
  const_cast<T&>(settings).fields(visit);
  return Value(std::move(table));
}

// A row of the reference page.
struct FieldHelp {
  std::string name, type, default_value, help;
};

namespace fields_detail {

template <typename T>
std::string type_name() {
  if constexpr (std::is_same_v<T, Value>) {
    return "table";
  } else if constexpr (std::is_same_v<T, bool>) {
    return "true or false";
  } else if constexpr (std::is_integral_v<T>) {
    return "integer";
  } else if constexpr (std::is_floating_point_v<T>) {
    return "number";
  } else if constexpr (std::is_same_v<T, std::string>) {
    return "text";
  } else if constexpr (std::is_enum_v<T>) {
    std::string names;
    for (const auto& [v, name] : EnumNames<T>::names)
      names += (names.empty() ? "" : " | ") + std::string(name);
    return names;
  } else if constexpr (is_optional<T>::value) {
    return type_name<typename T::value_type>();
  } else if constexpr (is_vector<T>::value) {
    return "list of " + type_name<typename T::value_type>();
  } else if constexpr (has_shorthand<T>) {
    return "text or table";
  } else {
    return "table";
  }
}

}  // namespace fields_detail

// A value as TOML writes it on one line: 0.5, "text", [1, 2], { a = 1 }.
std::string to_toml(const Value& value);
// A key, in quotes where it needs them.
std::string to_toml_key(const std::string& key);

template <typename T>
std::vector<FieldHelp> document_fields(const T& settings = T()) {
  std::vector<FieldHelp> rows;
  auto visit = [&](const char* name, auto& field, const char* help, const Range& range = {}) {
    using F = std::remove_cvref_t<decltype(field)>;
    const Value value = write_value(field);
    std::string type = fields_detail::type_name<F>();
    if (!range.is_everything()) type += ", " + range.text();
    rows.push_back({name, std::move(type), value.is_null() ? "" : to_toml(value), help});
  };
  const_cast<T&>(settings).fields(visit);
  return rows;
}

}  // namespace shortlist
