// Writes log lines about requests.
#pragma once

#include "shortlist/server/log_limit.h"
#include "shortlist/server/routed_request.h"

namespace shortlist {

class RequestLog {
 public:
  // With `every_request`, successful requests are logged too.
  explicit RequestLog(bool every_request) : every_request_(every_request) {}

  // Writes a line for an answer with a status of 500 or more, with the reason, and in an access log for every
  // answer. Lines contain neither a key's token nor a body. For 501 and 505, which any client can cause at
  // will, and for servers with an older model than a client has seen, one line in ten seconds says how many
  // there were.
  void add(const RoutedRequest& routed, const HttpResponse& response, const Problem* why, double seconds);

 private:
  void add_failure(const RoutedRequest& routed, int status, std::string_view code, std::string_view error);

  const bool every_request_;
  LogLimit framing_{std::chrono::seconds(10)}, older_{std::chrono::seconds(10)};
};

}  // namespace shortlist
