// Cross-origin resource sharing: which other sites' pages a browser lets read the answers.
// https://fetch.spec.whatwg.org/#http-cors-protocol
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shortlist/server/http/http.h"

namespace shortlist {

class Cors {
 public:
  // Origins as browsers write them, "https://shop.example", or "*" for all; none: no other site. Throws a
  // usage Error for anything else.
  explicit Cors(std::vector<std::string> origins);

  bool allows(std::string_view origin) const;
  // Tells a browser that its page may read the answer, where it may.
  void allow(const HttpRequest& request, HttpResponse& response) const;

 private:
  const std::vector<std::string> origins_;
};

// Whether a browser asks for the page of another site, other than to show the answer in a window of its own.
bool is_cross_site(const HttpRequest& request);

}  // namespace shortlist
