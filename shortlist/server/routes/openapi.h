// The API's description, OpenAPI 3.1, made from the routes, the requests' own lists of fields, and the
// columns of the model that answers where none is named.
#pragma once

#include <string>

#include "shortlist/server/routes/route.h"

namespace shortlist {

std::string openapi_json(const Routes& routes, const Limits& limits, const ServedModel& model,
                         bool needs_key);

}  // namespace shortlist
