// Finds the query columns that have the same value in all training rows of a user.
#pragma once

#include <vector>

#include "shortlist/train/data_columns.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

// Returns those of the named query columns, other than the user column, that are constant for every user, and
// all columns of the user table. For columns of the interactions, users with fewer than two training rows are
// ignored, and list columns are never included. `data` has its users and its split.
UserContext find_user_context(const DataColumns& columns, const std::vector<std::string>& names,
                              const std::string& user, const Dataset& data);

}  // namespace shortlist
