// Items by what a person types: their id, or the beginning of it in any case.
#pragma once

#include <string>

#include "shortlist/recommend/recommender.h"

namespace shortlist {

// The id as the catalogue has it, where exactly one equals `text` but for case or, failing that, begins with
// it but for case; then a note says so. Else `text` itself. Numbers are only taken as they are: 19 is not
// 196.
std::string complete_id(const Recommender& recommender, const std::string& text);

// For messages about an id that no item has: "; did you mean 'Cowboy Bebop'?", "; 4 begin like that: ...", or
// "".
std::string ids_like(const Recommender& recommender, const std::string& text);

}  // namespace shortlist
