#include "shortlist/metrics/list_metrics.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

bool is_among(const Relevant& item, size_t k) { return item.position <= static_cast<double>(k); }

size_t count_among(std::span<const Relevant> relevant, size_t k) {
  return static_cast<size_t>(
      std::ranges::count_if(relevant, [k](const Relevant& item) { return is_among(item, k); }));
}

}  // namespace

double recall(std::span<const Relevant> relevant, size_t k) {
  double found = 0, all = 0;
  for (const Relevant& item : relevant) {
    if (is_among(item, k)) found += item.gain;
    all += item.gain;
  }
  return all > 0 ? found / all : 0;
}

double precision(std::span<const Relevant> relevant, size_t k) {
  SHORTLIST_CHECK(k > 0 && k != whole_list);
  return static_cast<double>(count_among(relevant, k)) / static_cast<double>(k);
}

double hit(std::span<const Relevant> relevant, size_t k) { return count_among(relevant, k) > 0 ? 1 : 0; }

double reciprocal_rank(std::span<const Relevant> relevant, size_t k) {
  double best = INFINITY;
  for (const Relevant& item : relevant) best = std::min(best, item.position);
  return best <= static_cast<double>(k) ? 1 / best : 0;
}

double average_precision(std::span<const Relevant> relevant, size_t k) {
  std::vector<double> positions;
  for (const Relevant& item : relevant)
    if (is_among(item, k) && std::isfinite(item.position)) positions.push_back(item.position);
  if (positions.empty()) return 0;
  std::ranges::sort(positions);
  double sum = 0;
  for (size_t begin = 0; begin < positions.size();) {
    size_t end = begin;
    while (end < positions.size() && positions[end] == positions[begin]) ++end;
    sum += static_cast<double>(end - begin) * static_cast<double>(end) / positions[begin];
    begin = end;
  }
  return sum / static_cast<double>(relevant.size());
}

double ndcg(std::span<const Relevant> relevant, size_t k) {
  std::vector<Relevant> falling(relevant.begin(), relevant.end());
  std::ranges::sort(falling, std::greater(), &Relevant::gain);
  double sum = 0, best = 0;
  for (const Relevant& item : falling)
    if (is_among(item, k)) sum += item.gain * discount(item.position);
  for (size_t p = 0; p < std::min(falling.size(), k); ++p)
    best += falling[p].gain * discount(static_cast<double>(p) + 1);
  return best > 0 ? sum / best : 0;
}

std::vector<Relevant> relevant_items(std::span<const float> scores, std::span<const float> gains) {
  SHORTLIST_CHECK(scores.size() == gains.size());
  std::vector<float> falling(scores.begin(), scores.end());
  std::ranges::sort(falling, std::greater());
  std::vector<Relevant> relevant;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (!(gains[i] > 0)) continue;
    const auto after = std::ranges::upper_bound(falling, scores[i], std::greater());
    relevant.push_back({static_cast<double>(after - falling.begin()), gains[i]});
  }
  return relevant;
}

double recall(std::span<const float> scores, std::span<const float> gains, size_t k) {
  return recall(relevant_items(scores, gains), k);
}
double precision(std::span<const float> scores, std::span<const float> gains, size_t k) {
  return precision(relevant_items(scores, gains), k);
}
double hit(std::span<const float> scores, std::span<const float> gains, size_t k) {
  return hit(relevant_items(scores, gains), k);
}
double reciprocal_rank(std::span<const float> scores, std::span<const float> gains, size_t k) {
  return reciprocal_rank(relevant_items(scores, gains), k);
}
double average_precision(std::span<const float> scores, std::span<const float> gains, size_t k) {
  return average_precision(relevant_items(scores, gains), k);
}
double ndcg(std::span<const float> scores, std::span<const float> gains, size_t k) {
  return ndcg(relevant_items(scores, gains), k);
}

double discount(double position) { return 1 / std::log2(1 + position); }

double exponential_gain(double label) { return std::exp2(label) - 1; }

}  // namespace shortlist
