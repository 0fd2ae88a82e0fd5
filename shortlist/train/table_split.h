// The forms of a table's columns, and its split, as training determines them.
#pragma once

#include "shortlist/config/data_spec.h"
#include "shortlist/features/column_form.h"
#include "shortlist/train/data_columns.h"
#include "shortlist/train/split.h"

namespace shortlist {

// Determines a column's form, and converts its values to it if they are compared. Writes to `forms`, which
// must outlive it.
FormColumn find_forms(const DataSpec& spec, ColumnForms& forms);

// Splits the rows of `columns`, which have the columns that the split needs.
Split split_rows(const SplitConfig& split, const DataColumns& columns);

}  // namespace shortlist
