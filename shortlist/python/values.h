// Settings as Python objects: dict, list, str, int, float, bool and None.
#pragma once

#include <nanobind/nanobind.h>

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "shortlist/base/value.h"

namespace shortlist::python {

namespace nb = nanobind;

// Throws a usage Error that names the setting, such as "training.epochs", for an object of any other type.
Value to_value(nb::handle object, const std::string& name = "");
nb::object to_python(const Value& value);
nb::object to_python(const nlohmann::json& json);

}  // namespace shortlist::python
