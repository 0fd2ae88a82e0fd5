#include "shortlist/server/http/cors.h"

#include <algorithm>

#include "shortlist/base/error.h"
#include "shortlist/server/http/hosts.h"

namespace shortlist {
namespace {

bool is_origin(std::string_view text) {
  for (std::string_view scheme : {"http://", "https://"}) {
    HostName host;
    if (text.starts_with(scheme) && HostName::parse(text.substr(scheme.size()), host)) return true;
  }
  return text == "*";
}

}  // namespace

Cors::Cors(std::vector<std::string> origins) : origins_(std::move(origins)) {
  for (const std::string& origin : origins_)
    if (!is_origin(origin))
      throw usage_error("--cors-origin '{}': need an origin such as https://shop.example, or *", origin);
}

bool Cors::allows(std::string_view origin) const {
  return !origin.empty() && std::ranges::any_of(origins_, [&](const std::string& allowed) {
    return allowed == "*" || same_text(allowed, origin);
  });
}

void Cors::allow(const HttpRequest& request, HttpResponse& response) const {
  if (origins_.empty()) return;
  add_header(response, "Vary", "Origin");
  if (!allows(request.origin)) return;
  add_header(response, "Access-Control-Allow-Origin", request.origin);
  add_header(response, "Access-Control-Expose-Headers", "Retry-After, X-Model-Version, X-Request-Id");
  if (request.method != "OPTIONS") return;
  add_header(response, "Access-Control-Allow-Methods", "GET, HEAD, POST");
  add_header(response, "Access-Control-Allow-Headers",
             "Authorization, Content-Type, X-API-Key, X-Min-Version, X-Request-Id");
  add_header(response, "Access-Control-Max-Age", "600");
}

bool is_cross_site(const HttpRequest& request) {
  return same_text(request.fetch_site, "cross-site") && !same_text(request.fetch_mode, "navigate");
}

}  // namespace shortlist
