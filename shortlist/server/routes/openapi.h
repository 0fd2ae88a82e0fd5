// The API's OpenAPI 3.1 description, generated from the routes, the requests' fields(), and the columns of
// the default model.
#pragma once

#include <string>

#include "shortlist/server/routes/route.h"

namespace shortlist {

std::string openapi_json(const Routes& routes, const Limits& limits, const ServedModel& model,
                         bool needs_key);

}  // namespace shortlist
