// Errors as exceptions of the package: shortlist.Error and its subclasses.
#pragma once

#include <nanobind/nanobind.h>

namespace shortlist::python {

void bind_errors(nanobind::module_& module);

}  // namespace shortlist::python
