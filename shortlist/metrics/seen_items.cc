#include "shortlist/metrics/seen_items.h"

#include <algorithm>

namespace shortlist {

void SeenItems::end_user() {
  const auto begin = items.begin() + static_cast<std::ptrdiff_t>(offsets.back());
  std::sort(begin, items.end());
  items.erase(std::unique(begin, items.end()), items.end());
  offsets.push_back(items.size());
}

}  // namespace shortlist
