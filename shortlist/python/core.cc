// The extension `shortlist._core`, on which the Python package in python/shortlist/ is built.
#include <nanobind/nanobind.h>

#include "shortlist/python/errors.h"
#include "shortlist/python/losses.h"
#include "shortlist/python/metrics.h"
#include "shortlist/python/model.h"
#include "shortlist/python/settings.h"
#include "shortlist/python/table_argument.h"
#include "shortlist/python/training.h"

NB_MODULE(_core, module) {
  module.doc() = "The engine of the package shortlist. Private: use the names in shortlist.";
  module.attr("__version__") = SHORTLIST_VERSION;
  shortlist::python::bind_errors(module);
  shortlist::python::bind_tables(module);
  shortlist::python::bind_settings(module);
  shortlist::python::bind_training(module);
  shortlist::python::bind_model(module);
  shortlist::python::bind_metrics(module);
  shortlist::python::bind_losses(module);
}
