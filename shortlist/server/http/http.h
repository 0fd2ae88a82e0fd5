// A request and its answer without the transport, as handlers see them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shortlist/base/function_ref.h"

namespace shortlist {

// Views into the connection's memory, valid until the answer is complete. A missing header is "".
struct HttpRequest {
  std::string_view method, target, body;
  std::string_view host, content_type, authorization, api_key, request_id, if_none_match;
  std::string_view accept_encoding, forwarded_for, min_version;
  std::string_view origin, fetch_site, fetch_mode;  // what a browser says about the requesting page
  std::string_view client;                          // the address of the other end of the connection
};

struct HttpResponse {
  int status = 200;
  std::string_view content_type = "application/json";
  std::string body;
  std::string_view shared_body;  // used instead of `body` if the bytes outlive the server
  std::vector<std::pair<std::string_view, std::string>> headers;

  std::string_view content() const { return shared_body.empty() ? std::string_view(body) : shared_body; }
};

// Adds a header, or appends a value to a header that is a list.
void add_header(HttpResponse& response, std::string_view name, std::string_view value);
bool has_header(const HttpResponse& response, std::string_view name);

// Compares case-insensitively for the letters A to Z, as HTTP does.
bool same_text(std::string_view a, std::string_view b);
std::string_view trim_spaces(std::string_view text);  // removes spaces and tabs
// Calls use(part) for each part between separators.
template <typename Use>
void each_part(std::string_view text, char separator, Use use) {
  for (;;) {
    const size_t end = text.find(separator);
    use(text.substr(0, end));
    if (end == text.npos) return;
    text.remove_prefix(end + 1);
  }
}
// Calls `use` for each element of a header's list: "gzip, br;q=0.5" has two.
void each_element(std::string_view list, FunctionRef<void(std::string_view)> use);

// "Not Found"; "" for a status that the server never sends.
std::string_view status_text(int status);

}  // namespace shortlist
