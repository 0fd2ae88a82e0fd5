// A trained model that answers Python.
#pragma once

#include <nanobind/nanobind.h>

namespace shortlist::python {

void bind_model(nanobind::module_& module);

}  // namespace shortlist::python
