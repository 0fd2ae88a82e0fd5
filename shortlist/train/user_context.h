// Finds the columns of a query that are the same in all training rows of a user.
#pragma once

#include <vector>

#include "shortlist/train/data_columns.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

// Of the named columns of the query, those besides the user's that are constant for every user, and all that
// the user table has. Of the interactions' columns, users without two training rows do not decide, and lists
// are left out. `data` has its users and its split.
UserContext find_user_context(const DataColumns& columns, const std::vector<std::string>& names,
                              const std::string& user, const Dataset& data);

}  // namespace shortlist
