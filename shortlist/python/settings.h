// The settings of configs for Python: their description, reading, checking and writing.
#pragma once

#include <nanobind/nanobind.h>

namespace shortlist::python {

void bind_settings(nanobind::module_& module);

}  // namespace shortlist::python
