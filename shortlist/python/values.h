// Settings as Python objects: dict, list, str, int, float, bool and None.
#pragma once

#include <nanobind/nanobind.h>

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "shortlist/base/fields.h"
#include "shortlist/base/value.h"

namespace shortlist::python {

namespace nb = nanobind;

// Throws a usage Error that names the setting, such as "training.epochs", for an object of any other type.
Value to_value(nb::handle object, const std::string& name = "");
nb::object to_python(const Value& value);
// The text of a str. Throws an Error that begins with `name` for a text that is not valid Unicode.
std::string text_of(nb::handle text, const std::string& name);
// str(object), for messages and ids. Raises what the object's __str__ raises.
std::string shown(nb::handle object);
// None, NaN, NaT and NA.
bool is_missing(nb::handle value);
std::string type_name_of(nb::handle object);

// Reads an argument of a function as a setting of that name. Throws a usage Error for a value of another type
// or out of range.
template <typename T>
T read_argument(nb::handle object, const char* name, const Range& range = {}) {
  const Value value = to_value(object, name);
  T argument{};
  read_value(value, argument, Where{"", name});
  check_range(value, argument, range, Where{"", name});
  return argument;
}
int read_threads(nb::handle object);

nb::object to_python(const nlohmann::json& json);

}  // namespace shortlist::python
