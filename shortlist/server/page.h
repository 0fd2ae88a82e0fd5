// The web page's files, built into the program.
#pragma once

#include <optional>
#include <string_view>

#include "shortlist/server/http/http.h"

namespace shortlist {

// Whether a path is a view of the page, as listed in kViews in web/src/app.tsx.
bool is_view(std::string_view path);

// The file at a path, or the page itself for a view. None for any other path. If the page was not built,
// returns a page that says how to build it. `shows_images` allows it to load images from other sites by
// https, and otherwise it loads nothing from other sites.
std::optional<HttpResponse> page_response(std::string_view path, std::string_view if_none_match,
                                          bool shows_images = false);

}  // namespace shortlist
