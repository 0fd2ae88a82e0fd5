// The engine's metrics on NumPy arrays.
#pragma once

#include <nanobind/nanobind.h>

namespace shortlist::python {

void bind_metrics(nanobind::module_& module);

}  // namespace shortlist::python
