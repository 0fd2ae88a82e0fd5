#include "shortlist/recommend/list_order.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace shortlist {
namespace {

// Beyond so many, to mask them is cheaper than to find as many more.
constexpr size_t kMostFoundMore = 1024;

struct Scale {
  double mean = 0, factor = 0;  // 0 where all values are equal
  double operator()(float value) const { return (value - mean) * factor; }
};

Scale standard_scale(std::span<const float> values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (float value : values) squares += (value - mean) * (value - mean);
  return {mean, squares > 0 ? 1 / std::sqrt(squares / count) : 0};
}

std::vector<uint8_t> mask_of(size_t items, Eligible eligible, std::span<const uint32_t> left_out) {
  std::vector<uint8_t> mask(eligible.begin(), eligible.end());
  if (mask.empty()) mask.assign(items, 1);
  for (uint32_t item : left_out) mask[item] = 0;
  return mask;
}

void take_out(std::span<const uint32_t> left_out, size_t k, std::vector<Scored>& best) {
  if (!left_out.empty())
    std::erase_if(best,
                  [&](const Scored& found) { return std::ranges::binary_search(left_out, found.index); });
  best.resize(std::min(best.size(), k));
}

}  // namespace

std::vector<double> order_keys(std::span<const float> scores, std::span<const float> predictions,
                               ListOrder order, double share) {
  if (order != ListOrder::blend) {
    const auto values = order == ListOrder::score ? scores : predictions;
    return {values.begin(), values.end()};
  }
  std::vector<double> keys(scores.size());
  const Scale of_score = standard_scale(scores), of_prediction = standard_scale(predictions);
  for (size_t i = 0; i < keys.size(); ++i)
    keys[i] = (1 - share) * of_score(scores[i]) + share * of_prediction(predictions[i]);
  return keys;
}

std::vector<uint32_t> order_block(std::span<const float> scores, std::span<const float> predictions,
                                  ListOrder order, double share) {
  const std::vector<double> keys = order_keys(scores, predictions, order, share);
  std::vector<uint32_t> positions(keys.size());
  std::iota(positions.begin(), positions.end(), 0);
  std::ranges::stable_sort(positions, std::greater(), [&](uint32_t i) { return keys[i]; });
  return positions;
}

std::vector<Found> search_without(SearchFunction search, ConstMatrix queries, size_t k, size_t items,
                                  Eligible eligible, std::span<const std::span<const uint32_t>> left_out,
                                  bool by_mask) {
  if (std::ranges::all_of(left_out, [](const auto& items_out) { return items_out.empty(); }))
    return search(queries, k, eligible);
  const size_t most_more = by_mask ? 0 : kMostFoundMore;
  size_t more = 0;
  for (const auto& out : left_out)
    if (out.size() <= most_more) more = std::max(more, out.size());
  std::vector<Found> found(queries.rows);
  // Runs of queries that are searched together, between those that are searched with a mask.
  for (size_t begin = 0; begin < queries.rows;) {
    size_t end = begin;
    while (end < queries.rows && left_out[end].size() <= most_more) ++end;
    if (end > begin) {
      std::vector<Found> together = search(queries.slice(begin, end), k + more, eligible);
      for (size_t q = begin; q < end; ++q) {
        found[q] = std::move(together[q - begin]);
        take_out(left_out[q], k, found[q].best);
      }
    }
    if (end < queries.rows) {
      found[end] = search(queries.slice(end, end + 1), k, mask_of(items, eligible, left_out[end])).front();
      ++end;
    }
    begin = end;
  }
  return found;
}

}  // namespace shortlist
