// Items by what a person types: the beginning, in any case, of their id or of the text that people know them
// by (candidate.display).
#pragma once

#include <optional>
#include <string>

#include "shortlist/recommend/recommender.h"

namespace shortlist {

// The id of the one item whose id or display text equals `text` but for case or, failing that, begins with it
// but for case; a note then says which it is. Otherwise `text` itself. Ids that are numbers are only taken
// whole: 19 is not 196.
std::string complete_id(const Recommender& recommender, const std::string& text);

// The one item whose display text equals `text`, equals it but for case or, failing that, begins with it but
// for case; the best of these decides.
std::optional<uint32_t> item_called(const Recommender& recommender, const std::string& text);

// For messages about an id that no item has: "; did you mean 'Cowboy Bebop'?", "; 4 begin like that: ...", or
// "".
std::string ids_like(const Recommender& recommender, const std::string& text);

}  // namespace shortlist
