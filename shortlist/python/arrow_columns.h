// Columns of Python objects and NumPy arrays as an Arrow table, for data that cannot export itself as Arrow.
#pragma once

#include <nanobind/nanobind.h>

#include <memory>
#include <string>

#include "shortlist/table/arrow_table.h"

namespace shortlist::python {

namespace nb = nanobind;

// `columns` is a dict. Each value is
//   ("array", values, missing): a contiguous one-dimensional array of numbers, booleans or datetime64, which
//     is not copied unless it is boolean, and a boolean array or None;
//   ("objects", values): a list of texts, numbers, booleans or lists of them; None and NaN are missing;
//   ("codes", codes, values): an int32 array of positions in `values`, -1 for missing, and one of the above.
// Throws a data Error that names column and row for values of different types in a column, for texts that are
// not valid Unicode, and for columns of different lengths.
std::shared_ptr<const ArrowTable> table_of_columns(const std::string& name, nb::dict columns);

// Takes the stream of an object with __arrow_c_stream__.
std::shared_ptr<const ArrowTable> table_of_stream(const std::string& name, nb::handle object);

}  // namespace shortlist::python
