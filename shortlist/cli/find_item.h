// Finds items by what a user types: a prefix, in any case, of their id or display text (items.display).
#pragma once

#include <optional>
#include <string>

#include "shortlist/recommend/recommender.h"

namespace shortlist {

// The id of the only item whose id or display text equals `text` or, failing that, begins with it, both
// ignoring case. A note then prints which item it is. Otherwise returns `text` itself. Numeric ids must match
// completely: 19 is not 196.
std::string complete_id(const Recommender& recommender, const std::string& text);

// The only item whose display text equals `text`, equals it ignoring case, or begins with it ignoring case.
// The best of these matches decides.
std::optional<uint32_t> item_called(const Recommender& recommender, const std::string& text);

// A hint for messages about an unknown id: "; did you mean 'Cowboy Bebop'?", "; 4 begin like that: ...", or
// "".
std::string ids_like(const Recommender& recommender, const std::string& text);

}  // namespace shortlist
