#include "shortlist/server/http.h"

#include <algorithm>

#include "shortlist/server/problem.h"

namespace shortlist {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string percent_decode(std::string_view text, bool plus_is_blank) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        throw Problem(400, "invalid_target", "the target holds '%' without two hexadecimal digits");
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      decoded += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

// Calls `use` for each part between separators.
template <typename Use>
void split(std::string_view text, char separator, Use use) {
  for (;;) {
    const size_t end = text.find(separator);
    use(text.substr(0, end));
    if (end == text.npos) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

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
  split(list, ',', [&](std::string_view element) {
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

Url Url::parse(std::string_view target) {
  Url url;
  const size_t question = target.find('?');
  url.path = target.substr(0, question);
  if (url.path.starts_with('/'))
    split(std::string_view(url.path).substr(1), '/',
          [&](std::string_view part) { url.segments.push_back(percent_decode(part, false)); });
  if (question == target.npos) return url;
  split(target.substr(question + 1), '&', [&](std::string_view pair) {
    if (pair.empty()) return;
    const size_t equals = pair.find('=');
    url.query.emplace_back(percent_decode(pair.substr(0, equals), true),
                           equals == pair.npos ? "" : percent_decode(pair.substr(equals + 1), true));
  });
  return url;
}

const std::string* Url::find(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return &value;
  return nullptr;
}

}  // namespace shortlist
