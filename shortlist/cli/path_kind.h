// Recognizes a path that was given as a table, config or bundle but is something else.
#pragma once

#include <string>

namespace shortlist {

// "" if the path may be what it was given as, or is not recognized. Otherwise what it looks like and what to
// do, for a message: "looks like a table; run `shortlist init ratings.csv` to make a config".
std::string not_a_config(const std::string& path);
std::string not_a_bundle(const std::string& path);
std::string not_a_table(const std::string& path);

}  // namespace shortlist
