#include "shortlist/server/request_log.h"

#include "shortlist/server/log.h"
#include "shortlist/server/min_version.h"

namespace shortlist {

void RequestLog::add_failure(const RoutedRequest& routed, int status, std::string_view code,
                             std::string_view error) {
  std::string detail(error);
  const bool older = code == kOlderVersion;
  if (older || status == 501 || status == 505) {
    const auto left_out = (older ? older_ : framing_).admit();
    if (!left_out) return;
    if (*left_out > 0) detail += fmt::format(" ({} more requests like this are not logged)", *left_out);
  }
  const HttpRequest& request = routed.request;
  log("request failed", {{"request_id", routed.id},
                         {"client", routed.client},
                         {"method", request.method},
                         {"target", request.target},
                         {"status", std::to_string(status)},
                         {"code", code},
                         {"error", detail}});
}

void RequestLog::add(const RoutedRequest& routed, const HttpResponse& response, const Problem* why,
                     double seconds) {
  const HttpRequest& request = routed.request;
  if (response.status >= 500) {
    add_failure(routed, response.status, why != nullptr ? why->code() : "not_ready",
                why != nullptr ? std::string_view(why->detail()) : response.content());
  }
  if (!every_request_) return;
  log("request", {{"request_id", routed.id},
                  {"client", routed.client},
                  {"key", routed.key},
                  {"method", request.method},
                  {"target", request.target},
                  {"status", std::to_string(response.status)},
                  {"bytes", std::to_string(response.content().size())},
                  {"ms", fmt::format("{:.3f}", 1e3 * seconds)}});
}

}  // namespace shortlist
