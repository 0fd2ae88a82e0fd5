#include "shortlist/ranks/ordered_sum.h"

#include <algorithm>
#include <bit>

#include "shortlist/base/error.h"
#include "shortlist/base/threads.h"

namespace shortlist {
namespace {

template <typename T>
void add_to(std::span<T> sum, std::span<const T> more) {
  for (size_t i = 0; i < sum.size(); ++i) sum[i] += more[i];
}
template <typename T>
using Sum = PartSum<std::span<T>>;
template <typename T>
void fold_spans(std::vector<Sum<T>>& sums) {
  fold(sums, [](std::span<T> left, std::span<T> right) { add_to<T>(left, right); });
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
    received.emplace_back(whole_subtrees(parts_of_rank(parts, r, ranks.size())).size() * mine.size());
  }
  for (std::vector<T>& r : received) to.push_back(std::as_writable_bytes(std::span(r)));
  ranks.exchange(from, to);
  std::vector<Sum<T>> all;
  for (int r = 0; r < ranks.size(); ++r) {
    std::span<T> left(received[static_cast<size_t>(r)]);
    for (const PartNode& node : whole_subtrees(parts_of_rank(parts, r, ranks.size()))) {
      all.push_back({node, left.first(mine.size())});
      left = left.subspan(mine.size());
    }
  }
  fold_spans(all);
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
  fold_spans(sums);
  if (ranks.size() > 1) sum_over_ranks(ranks, parts, std::move(sums));
}

}  // namespace

void sum_in_order(Communicator& ranks, size_t parts, std::span<const std::span<float>> own) {
  sum_parts(ranks, parts, own);
}
void sum_in_order(Communicator& ranks, size_t parts, std::span<const std::span<double>> own) {
  sum_parts(ranks, parts, own);
}

}  // namespace shortlist
