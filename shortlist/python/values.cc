#include "shortlist/python/values.h"

#include <nanobind/stl/string.h>

#include <nlohmann/json.hpp>

#include "shortlist/base/error.h"

namespace shortlist::python {
namespace {

constexpr int kMostDepth = 64;

std::string name_of_type(nb::handle object) { return nb::cast<std::string>(object.type().attr("__name__")); }

std::string below(const std::string& name, const std::string& key) {
  return name.empty() ? key : name + "." + key;
}

std::string text(nb::handle object) {
  Py_ssize_t size = 0;
  const char* text = PyUnicode_AsUTF8AndSize(object.ptr(), &size);
  if (text != nullptr) return {text, static_cast<size_t>(size)};
  PyErr_Clear();  // a lone surrogate
  throw usage_error("the text {} is not valid Unicode", nb::cast<std::string>(nb::repr(object)));
}

Value number(nb::handle object, const std::string& name) {
  int overflow = 0;
  const long long whole = PyLong_AsLongLongAndOverflow(object.ptr(), &overflow);
  if (overflow != 0)
    throw usage_error("{}: got {}, need a number below 2^63", name, nb::cast<std::string>(nb::str(object)));
  return Value(static_cast<int64_t>(whole));
}

Value convert(nb::handle object, const std::string& name, int depth) {
  if (depth > kMostDepth) throw usage_error("{}: is nested more than {} levels deep", name, kMostDepth);
  if (object.is_none()) return Value();
  if (PyBool_Check(object.ptr())) return Value(nb::cast<bool>(object));
  if (PyLong_Check(object.ptr())) return number(object, name);
  if (PyFloat_Check(object.ptr())) return Value(PyFloat_AsDouble(object.ptr()));
  if (PyUnicode_Check(object.ptr())) return Value(text(object));
  if (PyDict_Check(object.ptr())) {
    Value::Table table;
    for (const auto& [key, entry] : nb::borrow<nb::dict>(object)) {
      if (!PyUnicode_Check(key.ptr()))
        throw usage_error("{}: the key {} is a {}, need a text", name, nb::cast<std::string>(nb::repr(key)),
                          name_of_type(key));
      Value value = convert(entry, below(name, text(key)), depth + 1);
      if (!value.is_null()) table.emplace_back(text(key), std::move(value));  // None: not set
    }
    return Value(std::move(table));
  }
  if (PyList_Check(object.ptr()) || PyTuple_Check(object.ptr())) {
    Value::Array array;
    for (const nb::handle entry : nb::borrow<nb::sequence>(object))
      array.push_back(convert(entry, below(name, std::to_string(array.size())), depth + 1));
    return Value(std::move(array));
  }
  // Numbers of NumPy.
  if (PyIndex_Check(object.ptr())) return number(nb::steal(PyNumber_Index(object.ptr())), name);
  if (nb::hasattr(object, "__float__")) return Value(nb::cast<double>(nb::float_(object)));
  throw usage_error("{}: got a {}, need a text, a number, True or False, a list or a dict",
                    name.empty() ? "the settings" : name, name_of_type(object));
}

}  // namespace

Value to_value(nb::handle object, const std::string& name) { return convert(object, name, 0); }

nb::object to_python(const Value& value) {
  if (value.is_null()) return nb::none();
  if (const auto* flag = std::get_if<bool>(&value.data)) return nb::bool_(*flag);
  if (const auto* whole = std::get_if<int64_t>(&value.data)) return nb::int_(*whole);
  if (const auto* number = std::get_if<double>(&value.data)) return nb::float_(*number);
  if (value.text() != nullptr) return nb::str(value.text()->c_str(), value.text()->size());
  if (value.array() != nullptr) {
    nb::list list;
    for (const Value& entry : *value.array()) list.append(to_python(entry));
    return list;
  }
  nb::dict dict;
  for (const auto& [key, entry] : *value.table()) dict[nb::str(key.c_str(), key.size())] = to_python(entry);
  return dict;
}

nb::object to_python(const nlohmann::json& json) {
  if (json.is_boolean()) return nb::bool_(json.get<bool>());
  if (json.is_number_unsigned()) return nb::int_(json.get<uint64_t>());
  if (json.is_number_integer()) return nb::int_(json.get<int64_t>());
  if (json.is_number()) return nb::float_(json.get<double>());
  if (json.is_string()) {
    const auto& text = json.get_ref<const std::string&>();
    return nb::str(text.c_str(), text.size());
  }
  if (json.is_array()) {
    nb::list list;
    for (const auto& entry : json) list.append(to_python(entry));
    return list;
  }
  if (json.is_object()) {
    nb::dict dict;
    for (const auto& [key, entry] : json.items()) dict[nb::str(key.c_str(), key.size())] = to_python(entry);
    return dict;
  }
  return nb::none();
}

}  // namespace shortlist::python
