// The binary tree in which sums over the parts of a batch meet: left + right, always. A batch has a fixed
// number of parts, a power of two, and each rank computes consecutive ones.
#pragma once

#include <cstddef>
#include <vector>

namespace shortlist {

// The parts of a batch that a rank computes: [first, end).
struct PartRange {
  size_t first, end;
  size_t size() const { return end - first; }
};
// Parts are dealt to ranks in order, as evenly as can be.
PartRange parts_of_rank(size_t parts, int rank, int ranks);

// A subtree: the parts [index << level, (index + 1) << level).
struct PartNode {
  int level;
  size_t index;
};
// The largest whole subtrees that consist of the given parts, ascending.
std::vector<PartNode> whole_subtrees(PartRange parts);

template <typename Values>
struct PartSum {
  PartNode node;
  Values values;
};

// Adds siblings as they meet, from left to right; add(left, right) adds to the left. What is left are
// subtrees without a sibling.
template <typename Values, typename Add>
void fold(std::vector<PartSum<Values>>& sums, Add add) {
  std::vector<PartSum<Values>> stack;
  for (PartSum<Values>& next : sums) {
    stack.push_back(std::move(next));
    while (stack.size() > 1) {
      PartSum<Values>&right = stack.back(), &left = stack[stack.size() - 2];
      if (left.node.level != right.node.level || left.node.index % 2 != 0 ||
          left.node.index + 1 != right.node.index)
        break;
      add(left.values, right.values);
      left.node = {left.node.level + 1, left.node.index / 2};
      stack.pop_back();
    }
  }
  sums = std::move(stack);
}

}  // namespace shortlist
