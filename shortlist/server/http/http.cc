#include "shortlist/server/http/http.h"

#include <algorithm>

namespace shortlist {

void add_header(HttpResponse& response, std::string_view name, std::string_view value) {
  for (auto& [known, values] : response.headers) {
    if (known != name) continue;
    values += ", ";
    values += value;
    return;
  }
  response.headers.emplace_back(name, value);
}

bool has_header(const HttpResponse& response, std::string_view name) {
  return std::ranges::find(response.headers, name, &std::pair<std::string_view, std::string>::first) !=
         response.headers.end();
}

bool same_text(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trim_spaces(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  return begin == text.npos ? "" : text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

void each_element(std::string_view list, FunctionRef<void(std::string_view)> use) {
  each_part(list, ',', [&](std::string_view element) {
    if (element = trim_spaces(element); !element.empty()) use(element);
  });
}

std::string_view status_text(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 499:
      return "Client Closed Request";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

}  // namespace shortlist
