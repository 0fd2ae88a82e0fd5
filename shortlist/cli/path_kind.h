// What a path that is given as a table, a config or a bundle looks like instead.
#pragma once

#include <string>

namespace shortlist {

// "" where the path may be what it is given as, or is nothing that is known. Else what it looks like and what
// to do, for a message: "looks like a table; run `shortlist init ratings.csv` to make a config".
std::string not_a_config(const std::string& path);
std::string not_a_bundle(const std::string& path);
std::string not_a_table(const std::string& path);

}  // namespace shortlist
