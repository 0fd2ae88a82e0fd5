// What a person asks with: values by the names of their columns.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace shortlist {

// Values by column name, as text: {{"genre", "Action, Comedy"}, {"type", "TV"}}. A column that is not there
// is missing.
using Record = std::vector<std::pair<std::string, std::string>>;

}  // namespace shortlist
