// The extension `shortlist._core`, on which the Python package in python/shortlist/ is built.
#include <nanobind/nanobind.h>

namespace nb = nanobind;

NB_MODULE(_core, module) {
  module.doc() = "The engine of the package shortlist. Private: use the names in shortlist.";
  module.def(
      "version", [] { return SHORTLIST_VERSION; }, "Version of the engine, such as 0.1.0.");
}
