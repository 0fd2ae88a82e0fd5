#include "shortlist/python/errors.h"

#include <nanobind/stl/string.h>

#include <new>
#include <system_error>

#include "shortlist/base/error.h"
#include "shortlist/base/fields.h"
#include "shortlist/table/coded_column.h"

namespace shortlist::python {
namespace {

namespace nb = nanobind;

// Set once, and kept until the process ends.
struct Classes {
  PyObject *error, *config, *data, *system, *interrupted, *internal;
};
Classes classes;

PyObject* make_class(nb::module_& module, const char* name, PyObject* base, PyObject* also, const char* doc) {
  const nb::tuple bases =
      also == nullptr ? nb::make_tuple(nb::handle(base)) : nb::make_tuple(nb::handle(base), nb::handle(also));
  const std::string full = std::string("shortlist.") + name;
  PyObject* made = PyErr_NewExceptionWithDoc(full.c_str(), doc, bases.ptr(), nullptr);
  if (made == nullptr) nb::raise_python_error();
  module.attr(name) = nb::handle(made);
  return made;
}

void set_error(PyObject* type, const std::string& message) {
  // Messages quote what they found, which may not be valid UTF-8.
  PyObject* text =
      PyUnicode_DecodeUTF8(message.data(), static_cast<Py_ssize_t>(message.size()), "backslashreplace");
  if (text == nullptr) return;
  PyErr_SetObject(type, text);
  Py_DECREF(text);
}

void translate(const std::exception_ptr& thrown, void*) {
  try {
    std::rethrow_exception(thrown);
  } catch (const FieldError& error) {
    set_error(classes.config, error.message());
  } catch (const Error& error) {
    switch (error.kind()) {
      case ErrorKind::usage:
        return set_error(classes.config, error.message());
      case ErrorKind::data:
        return set_error(classes.data, error.message());
      case ErrorKind::interrupted:
        return set_error(classes.interrupted, error.message());
      case ErrorKind::failed:
        return set_error(classes.system, error.message());
    }
  } catch (const CheckFailed& error) {
    set_error(classes.internal, error.what());
  } catch (const std::system_error& error) {
    set_error(classes.system, error.what());
  } catch (const nb::builtin_exception&) {
    throw;  // to nanobind's own translator
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    set_error(classes.internal, error.what());
  }
}

}  // namespace

void bind_errors(nb::module_& module) {
  classes.error = make_class(module, "Error", PyExc_Exception, nullptr, "Any error of the package.");
  classes.config = make_class(module, "ConfigError", classes.error, PyExc_ValueError,
                              "A parameter or a setting is wrong, or does not fit the others or the model.");
  classes.data = make_class(module, "DataError", classes.error, PyExc_ValueError,
                            "A table, a bundle or a checkpoint is missing, damaged or does not fit.");
  classes.system = make_class(module, "SystemError", classes.error, PyExc_OSError,
                              "The system refused, for example because the disk is full.");
  classes.interrupted =
      make_class(module, "Interrupted", classes.error, nullptr, "The work was stopped before its end.");
  classes.internal = make_class(module, "InternalError", classes.error, nullptr,
                                "A fault of the package: please report it.");
  nb::register_exception_translator(translate);
}

}  // namespace shortlist::python
