// Reads a column of Python objects.
#pragma once

#include <nanobind/nanobind.h>

#include <string>

#include "shortlist/python/arrow_part.h"

namespace shortlist::python {

// Texts, numbers, booleans, dates or lists of them; None and NaN are missing. `column` is the column in
// messages, such as "the data: column 'year'". Throws a data Error that names the rows for values of
// different types and for texts that are not valid Unicode.
ArrowPart read_objects(const std::string& column, nb::sequence values);

}  // namespace shortlist::python
