// Configs and the train and evaluate jobs for Python.
#pragma once

#include <nanobind/nanobind.h>

namespace shortlist::python {

void bind_training(nanobind::module_& module);

}  // namespace shortlist::python
