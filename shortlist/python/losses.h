// The engine's losses on NumPy arrays.
#pragma once

#include <nanobind/nanobind.h>

namespace shortlist::python {

void bind_losses(nanobind::module_& module);

}  // namespace shortlist::python
