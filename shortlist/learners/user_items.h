// Who took what, as a sparse matrix, for kinds of model that use nothing else of the rows.
#pragma once

#include "shortlist/math/sparse_matrix.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

// What the entry of a user and an item is: 1, the weights of its rows added up, or its last label.
enum class EntryValue { one, weights, label };

// The matrix [users, items] of the positive training rows, in which each user has each item at most once.
// Entries that would be 0 are left out, except for labels. EntryValue::label is that of the first ranking
// task, and rows without it are left out. Requires a user column.
SparseMatrix user_items(const Dataset& data, EntryValue value);

}  // namespace shortlist
