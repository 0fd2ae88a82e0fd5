#include "shortlist/server/http/url.h"

#include "shortlist/server/routes/problem.h"

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
        throw Problem(400, "invalid_target", "the target contains '%' without two hexadecimal digits");
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      decoded += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

}  // namespace

Url Url::parse(std::string_view target) {
  Url url;
  const size_t question = target.find('?');
  url.path = target.substr(0, question);
  if (url.path.starts_with('/'))
    each_part(std::string_view(url.path).substr(1), '/',
              [&](std::string_view part) { url.segments.push_back(percent_decode(part, false)); });
  if (question == target.npos) return url;
  each_part(target.substr(question + 1), '&', [&](std::string_view pair) {
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
