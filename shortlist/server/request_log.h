// What the log says of requests.
#pragma once

#include "shortlist/server/log_limit.h"
#include "shortlist/server/routed_request.h"

namespace shortlist {

class RequestLog {
 public:
  // `every_request`: also those that went well.
  explicit RequestLog(bool every_request) : every_request_(every_request) {}

  // A line for an answer with a status of 500 and more, with the reason, and for every answer of an access
  // log. Neither has a key's token or a body. Of 501 and 505, which any client can have as often as it likes,
  // one line in ten seconds says how many there were.
  void add(const RoutedRequest& routed, const HttpResponse& response, const Problem* why, double seconds);

 private:
  void add_failure(const RoutedRequest& routed, int status, std::string_view code, std::string_view error);

  const bool every_request_;
  LogLimit framing_{std::chrono::seconds(10)};
};

}  // namespace shortlist
