// Pagination cursors: the position where a page of a list ends, as an opaque text for the client.
#pragma once

#include <cstddef>
#include <string>

#include "shortlist/server/http/http.h"
#include "shortlist/server/http/url.h"

namespace shortlist {

// A page of a list: entries [begin, begin + limit).
struct PageOf {
  size_t begin = 0, limit = 20;
};

inline constexpr const char* kCursorSchema = R"({"type":"string","pattern":"^[0-9a-f]{12}-[0-9]{1,18}$"})";

// Reads the parameters `limit` (1 to `most`) and `cursor`. `version` identifies the list. Throws a Problem:
// 409 for a cursor of another model or another list.
PageOf read_page(const Url& url, const std::string& version, size_t most);

// The cursor of the next page, or "" at the end of the list of `size` entries.
std::string next_cursor(const PageOf& page, size_t size, const std::string& version);

}  // namespace shortlist
