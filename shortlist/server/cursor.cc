#include "shortlist/server/cursor.h"

#include <charconv>

#include "shortlist/io/sha256.h"
#include "shortlist/server/problem.h"

namespace shortlist {
namespace {

bool read_natural(std::string_view text, size_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// The cursor's own list, and the checksum that tells a cursor from a guess.
std::string tag(const std::string& version) { return sha256_hex("cursor " + version).substr(0, 12); }

}  // namespace

PageOf read_page(const Url& url, const std::string& version, size_t most) {
  PageOf page;
  if (const std::string* limit = url.find("limit")) {
    if (!read_natural(*limit, page.limit) || page.limit < 1 || page.limit > most)
      throw invalid_field("limit", fmt::format("got '{}', need 1 to {}", *limit, most));
  }
  if (const std::string* cursor = url.find("cursor")) {
    const size_t dash = cursor->find('-');
    if (dash == cursor->npos || !read_natural(std::string_view(*cursor).substr(dash + 1), page.begin) ||
        cursor->substr(0, dash) != tag(version)) {
      throw invalid_field("cursor", "is not one that this list gave; start again without it");
    }
  }
  return page;
}

std::string next_cursor(const PageOf& page, size_t size, const std::string& version) {
  if (page.begin + page.limit >= size) return "";
  return fmt::format("{}-{}", tag(version), page.begin + page.limit);
}

}  // namespace shortlist
