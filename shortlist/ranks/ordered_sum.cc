#include "shortlist/ranks/ordered_sum.h"

#include <algorithm>
#include <bit>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

// A subtree: the parts [index << level, (index + 1) << level).
struct Node {
  int level;
  size_t index;
};

// The largest whole subtrees that consist of the given parts, ascending.
std::vector<Node> cover(PartRange parts) {
  std::vector<Node> nodes;
  for (size_t first = parts.first; first < parts.end;) {
    int level = 0;
    while (first % (size_t{2} << level) == 0 && first + (size_t{2} << level) <= parts.end) ++level;
    nodes.push_back({level, first >> level});
    first += size_t{1} << level;
  }
  return nodes;
}

template <typename T>
struct Sum {
  Node node;
  std::span<T> values;
};

template <typename T>
void add_to(std::span<T> sum, std::span<const T> more) {
  for (size_t i = 0; i < sum.size(); ++i) sum[i] += more[i];
}

// Adds siblings as they meet, from left to right. What is left are subtrees without a sibling.
template <typename T>
void fold(std::vector<Sum<T>>& sums) {
  std::vector<Sum<T>> stack;
  for (const Sum<T>& next : sums) {
    stack.push_back(next);
    while (stack.size() > 1) {
      const Sum<T> right = stack.back(), left = stack[stack.size() - 2];
      if (left.node.level != right.node.level || left.node.index % 2 != 0 ||
          left.node.index + 1 != right.node.index)
        break;
      add_to<T>(left.values, right.values);
      stack.pop_back();
      stack.back().node = {left.node.level + 1, left.node.index / 2};
    }
  }
  sums = std::move(stack);
}

// Each rank finishes the sum of one chunk of the values.
RowRange chunk_of_rank(size_t values, int rank, int ranks) {
  constexpr size_t kLine = 16;
  const size_t lines = (values + kLine - 1) / kLine;
  const auto begin = [&](int r) {
    return std::min(values, lines * static_cast<size_t>(r) / static_cast<size_t>(ranks) * kLine);
  };
  return {begin(rank), begin(rank + 1)};
}

template <typename T>
void sum_over_ranks(Communicator& ranks, size_t parts, std::vector<Sum<T>> own) {
  const size_t values = own.front().values.size();
  const auto chunk = [&](int r) { return chunk_of_rank(values, r, ranks.size()); };
  std::vector<ByteVector> send(static_cast<size_t>(ranks.size()));
  std::vector<std::span<const std::byte>> from;
  std::vector<std::vector<T>> received;
  std::vector<std::span<std::byte>> to;
  const RowRange mine = chunk(ranks.rank());
  for (int r = 0; r < ranks.size(); ++r) {
    ByteVector& bytes = send[static_cast<size_t>(r)];
    for (const Sum<T>& sum : own) {
      const auto part = std::as_bytes(sum.values.subspan(chunk(r).begin, chunk(r).size()));
      bytes.insert(bytes.end(), part.begin(), part.end());
    }
    from.push_back(bytes);
    received.emplace_back(cover(parts_of_rank(parts, r, ranks.size())).size() * mine.size());
  }
  for (std::vector<T>& r : received) to.push_back(std::as_writable_bytes(std::span(r)));
  ranks.exchange(from, to);
  std::vector<Sum<T>> all;
  for (int r = 0; r < ranks.size(); ++r) {
    std::span<T> left(received[static_cast<size_t>(r)]);
    for (const Node& node : cover(parts_of_rank(parts, r, ranks.size()))) {
      all.push_back({node, left.first(mine.size())});
      left = left.subspan(mine.size());
    }
  }
  fold(all);
  const std::span<T> total = own.front().values;
  to.clear();
  for (int r = 0; r < ranks.size(); ++r)
    to.push_back(std::as_writable_bytes(total.subspan(chunk(r).begin, chunk(r).size())));
  ranks.all_gather(std::as_bytes(all.front().values), to);
}

template <typename T>
void sum_parts(Communicator& ranks, size_t parts, std::span<const std::span<T>> own) {
  const PartRange range = parts_of_rank(parts, ranks.rank(), ranks.size());
  SHORTLIST_CHECK(std::has_single_bit(parts) && own.size() == range.size() && !own.empty());
  std::vector<Sum<T>> sums;
  for (size_t i = 0; i < own.size(); ++i) sums.push_back({{0, range.first + i}, own[i]});
  fold(sums);
  if (ranks.size() > 1) sum_over_ranks(ranks, parts, std::move(sums));
}

}  // namespace

PartRange parts_of_rank(size_t parts, int rank, int ranks) {
  const auto first = [&](int r) { return parts * static_cast<size_t>(r) / static_cast<size_t>(ranks); };
  return {first(rank), first(rank + 1)};
}

void sum_in_order(Communicator& ranks, size_t parts, std::span<const std::span<float>> own) {
  sum_parts(ranks, parts, own);
}
void sum_in_order(Communicator& ranks, size_t parts, std::span<const std::span<double>> own) {
  sum_parts(ranks, parts, own);
}

}  // namespace shortlist
