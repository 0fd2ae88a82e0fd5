// A table as Python passes it: columns in memory, files, or a query.
#pragma once

#include <nanobind/nanobind.h>

#include "shortlist/config/table_config.h"

namespace shortlist::python {

namespace nb = nanobind;

struct TableArgument {
  TableConfig config;

  // Replaces the table of a config's section. Settings of the section on the format of texts remain, unless
  // this table has its own.
  void apply(TableConfig& section) const;
};

void bind_tables(nb::module_& module);

}  // namespace shortlist::python
