#include "shortlist/ranks/part_tree.h"

namespace shortlist {

PartRange parts_of_rank(size_t parts, int rank, int ranks) {
  const auto first = [&](int r) { return parts * static_cast<size_t>(r) / static_cast<size_t>(ranks); };
  return {first(rank), first(rank + 1)};
}

std::vector<PartNode> whole_subtrees(PartRange parts) {
  std::vector<PartNode> nodes;
  for (size_t first = parts.first; first < parts.end;) {
    int level = 0;
    while (first % (size_t{2} << level) == 0 && first + (size_t{2} << level) <= parts.end) ++level;
    nodes.push_back({level, first >> level});
    first += size_t{1} << level;
  }
  return nodes;
}

}  // namespace shortlist
