#include "shortlist/server/routes/cursor.h"

#include <charconv>

#include "shortlist/io/sha256.h"
#include "shortlist/server/http/url.h"
#include "shortlist/server/routes/problem.h"

namespace shortlist {
namespace {

bool read_natural(std::string_view text, size_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

constexpr size_t kTagDigits = 12, kMostDigits = 18;

// The list that the cursor belongs to, and a checksum that distinguishes a cursor from a guess.
std::string tag(const std::string& version) { return sha256_hex("cursor " + version).substr(0, kTagDigits); }

// Parses "TAG-BEGIN". Returns false for any other form.
bool read_cursor(std::string_view text, std::string_view& tag, size_t& begin) {
  const size_t dash = text.find('-');
  if (dash != kTagDigits) return false;
  tag = text.substr(0, dash);
  const std::string_view number = text.substr(dash + 1);
  return number.size() <= kMostDigits && read_natural(number, begin);
}

}  // namespace

PageOf read_page(const Url& url, const std::string& version, size_t most) {
  PageOf page;
  if (const std::string* limit = url.find("limit")) {
    if (!read_natural(*limit, page.limit) || page.limit < 1 || page.limit > most)
      throw invalid_field("limit", fmt::format("got '{}', need 1 to {}", *limit, most));
  }
  if (const std::string* cursor = url.find("cursor")) {
    std::string_view of_list;
    if (!read_cursor(*cursor, of_list, page.begin))
      throw invalid_field("cursor", "not a valid cursor; start without one");
    if (of_list != tag(version)) {
      const std::string message =
          "belongs to another list, or to a model that was replaced; start again without a cursor";
      throw Problem(409, "stale_cursor", "cursor: " + message, {{"cursor", message}});
    }
  }
  return page;
}

std::string next_cursor(const PageOf& page, size_t size, const std::string& version) {
  if (page.begin + page.limit >= size) return "";
  return fmt::format("{}-{}", tag(version), page.begin + page.limit);
}

}  // namespace shortlist
