// A query or a candidate as given by users: values by column name.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace shortlist {

// Values by column name, as text: {{"genre", "Action, Comedy"}, {"type", "TV"}}. Columns that are not listed
// are missing.
using Record = std::vector<std::pair<std::string, std::string>>;

}  // namespace shortlist
