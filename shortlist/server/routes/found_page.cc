#include "shortlist/server/routes/found_page.h"

#include <algorithm>

namespace shortlist {
namespace {

// Up to this number of matches, their total is exact.
constexpr size_t kCounted = 1000;

}  // namespace

// One more than are shown, which says whether there is a next page.
size_t searched(const PageOf& page) { return std::max(page.begin + page.limit, kCounted) + 1; }

void write_total(const FoundItems& found, const PageOf& page, const std::string& list, JsonWriter& json) {
  json.member("total", found.exact ? found.total : searched(page) - 1).member("exact", found.exact);
  const uint64_t listed = std::max<uint64_t>(found.total, found.items.size());
  if (const std::string next = next_cursor(page, listed, list); !next.empty())
    json.member("next_cursor", next);
}

}  // namespace shortlist
