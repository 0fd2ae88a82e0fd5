// What the log says of requests.
#pragma once

#include "shortlist/server/routed_request.h"

namespace shortlist {

// A line for an answer with a status of 500 and more, with the reason, and for every answer where
// `access_log` is set. Neither has a key's token or a body.
void log_answer(const RoutedRequest& routed, const HttpResponse& response, const Problem* why, double seconds,
                bool access_log);

}  // namespace shortlist
