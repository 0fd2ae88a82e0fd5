// Cross-origin resource sharing: which other sites' pages may read the answers.
// https://fetch.spec.whatwg.org/#http-cors-protocol
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shortlist/server/http/http.h"

namespace shortlist {

class Cors {
 public:
  // Origins as browsers write them, "https://shop.example", or "*" for all. An empty list allows no other
  // site. Throws Error(usage) for anything else.
  explicit Cors(std::vector<std::string> origins);

  bool allows(std::string_view origin) const;
  // Adds the headers that let the browser's page read the answer, if its origin is allowed.
  void allow(const HttpRequest& request, HttpResponse& response) const;

 private:
  const std::vector<std::string> origins_;
};

// Whether a browser sends the request for a page of another site, other than to open the answer in a window
// of its own.
bool is_cross_site(const HttpRequest& request);

}  // namespace shortlist
