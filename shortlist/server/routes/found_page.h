// A page of what a search found.
#pragma once

#include "shortlist/io/json_writer.h"
#include "shortlist/server/routes/cursor.h"
#include "shortlist/server/routes/item_search.h"

namespace shortlist {

// How many matches a search has to find for a page and its `total`.
size_t searched(const PageOf& page);

// Writes the members "total", "exact" and, if there is a next page, "next_cursor". `list` identifies the list
// for the cursor.
void write_total(const FoundItems& found, const PageOf& page, const std::string& list, JsonWriter& json);

}  // namespace shortlist
