// A request and its answer without the transport: what every handler sees.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shortlist {

// Views into the connection's memory, valid until the answer is made. A header that is not there is "".
struct HttpRequest {
  std::string_view method, target, body;
  std::string_view host, content_type, authorization, api_key, request_id, if_none_match;
  std::string_view client;  // its address
};

struct HttpResponse {
  int status = 200;
  std::string_view content_type = "application/json";
  std::string body;
  std::string_view shared_body;  // instead of `body`, where the bytes outlive the server
  std::vector<std::pair<std::string_view, std::string>> headers;

  std::string_view content() const { return shared_body.empty() ? std::string_view(body) : shared_body; }
};

// "Not Found"; "" for a status that is never answered.
std::string_view status_text(int status);

// A target in parts, percent-decoded: "/v1/items/a%20b?q=tea&limit=5".
struct Url {
  std::string path;                   // "/v1/items/a%20b", as it came: '/' and %2F differ
  std::vector<std::string> segments;  // "v1", "items", "a b"
  std::vector<std::pair<std::string, std::string>> query;

  // Throws a 400 Problem for a percent sign without two hexadecimal digits.
  static Url parse(std::string_view target);
  // The first value of a name; nullptr when it is not there.
  const std::string* find(std::string_view name) const;
};

}  // namespace shortlist
