#include "shortlist/python/values.h"

#include <nanobind/stl/string.h>

#include <cmath>
#include <cstring>

#include <nlohmann/json.hpp>

#include "shortlist/base/error.h"

namespace shortlist::python {
namespace {

constexpr int kMostDepth = 64;

std::string below(const std::string& name, const std::string& key) {
  return name.empty() ? key : name + "." + key;
}

Value number(nb::handle object, const std::string& name) {
  int overflow = 0;
  const long long whole = PyLong_AsLongLongAndOverflow(object.ptr(), &overflow);
  if (overflow != 0) throw usage_error("{}: got a larger integer, need one below 2^63", name);
  return Value(static_cast<int64_t>(whole));
}

// A number that is not of Python's own types; null for anything else.
Value other_number(nb::handle object, const std::string& name) {
  const std::string type = type_name_of(object);
  if (type == "bool_" || type == "bool") return Value(PyObject_IsTrue(object.ptr()) == 1);  // NumPy's
  if (PyIndex_Check(object.ptr())) {
    const nb::object index = nb::steal(PyNumber_Index(object.ptr()));
    if (index.is_valid()) return number(index, name);
  } else if (PyNumber_Check(object.ptr()) && nb::hasattr(object, "__float__")) {
    const nb::object floating = nb::steal(PyNumber_Float(object.ptr()));
    if (floating.is_valid()) return Value(PyFloat_AS_DOUBLE(floating.ptr()));
  }
  PyErr_Clear();
  return {};
}

Value convert(nb::handle object, const std::string& name, int depth) {
  if (depth > kMostDepth) throw usage_error("{}: is nested more than {} levels deep", name, kMostDepth);
  if (object.is_none()) return Value();
  if (PyBool_Check(object.ptr())) return Value(nb::cast<bool>(object));
  if (PyLong_Check(object.ptr())) return number(object, name);
  if (PyFloat_Check(object.ptr())) return Value(PyFloat_AsDouble(object.ptr()));
  if (PyUnicode_Check(object.ptr())) return Value(text_of(object, name));
  if (PyDict_Check(object.ptr())) {
    Value::Table table;
    for (const auto& [key, entry] : nb::borrow<nb::dict>(object)) {
      if (!PyUnicode_Check(key.ptr()))
        throw usage_error("{}: a key is a {}, need a text", name.empty() ? "the settings" : name,
                          type_name_of(key));
      const std::string field = text_of(key, name);
      Value value = convert(entry, below(name, field), depth + 1);
      if (!value.is_null()) table.emplace_back(field, std::move(value));  // None: not set
    }
    return Value(std::move(table));
  }
  if (PyList_Check(object.ptr()) || PyTuple_Check(object.ptr())) {
    Value::Array array;
    for (const nb::handle entry : nb::borrow<nb::sequence>(object))
      array.push_back(convert(entry, below(name, std::to_string(array.size())), depth + 1));
    return Value(std::move(array));
  }
  if (Value value = other_number(object, name); !value.is_null()) return value;
  throw usage_error("{}: got a {}, need a text, a number, True or False, a list or a dict",
                    name.empty() ? "the settings" : name, type_name_of(object));
}

}  // namespace

std::string text_of(nb::handle text, const std::string& name) {
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(text.ptr(), &size);
  if (bytes != nullptr) return {bytes, static_cast<size_t>(size)};
  PyErr_Clear();  // a lone surrogate
  throw usage_error("{}: the text {} is not valid Unicode", name.empty() ? "the settings" : name,
                    shown(text));
}

std::string shown(nb::handle object) {
  const nb::object text = nb::steal(PyObject_Str(object.ptr()));
  if (!text.is_valid()) nb::raise_python_error();
  const nb::object bytes = nb::steal(PyUnicode_AsEncodedString(text.ptr(), "utf-8", "backslashreplace"));
  if (!bytes.is_valid()) nb::raise_python_error();
  return {PyBytes_AsString(bytes.ptr()), static_cast<size_t>(PyBytes_Size(bytes.ptr()))};
}

bool is_missing(nb::handle value) {
  if (value.is_none()) return true;
  if (PyFloat_Check(value.ptr())) return std::isnan(PyFloat_AS_DOUBLE(value.ptr()));
  const char* type = Py_TYPE(value.ptr())->tp_name;
  return std::strcmp(type, "NAType") == 0 || std::strcmp(type, "NaTType") == 0 ||
         std::strcmp(type, "pandas._libs.missing.NAType") == 0;
}

std::string type_name_of(nb::handle object) {
  const nb::object name = nb::steal(PyObject_GetAttrString(object.type().ptr(), "__name__"));
  if (name.is_valid()) return shown(name);
  PyErr_Clear();
  return "?";
}

int read_threads(nb::handle object) {
  constexpr int kMost = 4096;
  return read_argument<int>(object, "threads", Range::between(0, kMost));
}

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
