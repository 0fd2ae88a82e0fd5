#include "shortlist/server/request_log.h"

#include "shortlist/server/log.h"

namespace shortlist {

void log_answer(const RoutedRequest& routed, const HttpResponse& response, const Problem* why, double seconds,
                bool access_log) {
  const HttpRequest& request = routed.request;
  const std::string status = std::to_string(response.status);
  if (response.status >= 500) {
    log("request failed", {{"request_id", routed.id},
                           {"client", routed.client},
                           {"method", request.method},
                           {"target", request.target},
                           {"status", status},
                           {"code", why != nullptr ? why->code() : "not_ready"},
                           {"error", why != nullptr ? why->detail() : response.content()}});
  }
  if (!access_log) return;
  log("request", {{"request_id", routed.id},
                  {"client", routed.client},
                  {"key", routed.key},
                  {"method", request.method},
                  {"target", request.target},
                  {"status", status},
                  {"bytes", std::to_string(response.content().size())},
                  {"ms", fmt::format("{:.3f}", 1e3 * seconds)}});
}

}  // namespace shortlist
