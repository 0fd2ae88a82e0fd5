// TOML 1.0 as a tree of values, in the order of the file, with the line of each value.
#pragma once

#include <string>
#include <string_view>

#include "shortlist/base/value.h"

namespace shortlist {

// Dates and times become text. Throws a usage Error "file:line: ..." for bad syntax.
Value parse_toml(std::string_view text, const std::string& file);
Value load_toml(const std::string& path);

// One value as written after `=`, with all lines 0; for --set key=value. A bare word that is not TOML, such
// as top_10 or data/ratings.csv, is read as a string.
Value parse_toml_value(std::string_view text);

}  // namespace shortlist
