// The web page's files, built into the program.
#pragma once

#include <optional>
#include <string_view>

#include "shortlist/server/http/http.h"

namespace shortlist {

// Whether a path is one of the page's own views, which web/src/app.tsx lists as kViews.
bool is_view(std::string_view path);

// The file of a path, or the page itself for a view. None for anything else. Where the page was not built,
// one that says how to build it.
std::optional<HttpResponse> page_response(std::string_view path, std::string_view if_none_match);

}  // namespace shortlist
