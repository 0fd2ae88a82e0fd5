#include "shortlist/server/http/response_header.h"

#include <fmt/format.h>

#include <iterator>

namespace shortlist {

std::string header_text(const HttpResponse& response, size_t length, After after) {
  std::string text;
  text.reserve(256);
  fmt::format_to(std::back_inserter(text), "HTTP/1.1 {} {}\r\n", response.status,
                 status_text(response.status));
  if (length > 0) fmt::format_to(std::back_inserter(text), "Content-Type: {}\r\n", response.content_type);
  if (response.status != 304 && response.status != 204)
    fmt::format_to(std::back_inserter(text), "Content-Length: {}\r\n", length);
  for (const auto& [name, value] : response.headers)
    fmt::format_to(std::back_inserter(text), "{}: {}\r\n", name, value);
  if (after == After::close) text += "Connection: close\r\n";
  if (after == After::stay_as_asked) text += "Connection: keep-alive\r\n";
  text += "X-Content-Type-Options: nosniff\r\n\r\n";
  return text;
}

}  // namespace shortlist
