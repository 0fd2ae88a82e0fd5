#include "shortlist/learners/blend_weights.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "shortlist/base/error.h"
#include "shortlist/metrics/list_metrics.h"

namespace shortlist {
namespace {

constexpr size_t kListsATask = 64;
constexpr int kMostSweeps = 20;
// Of a weight; 0 leaves the member out, and kReturning brings one back.
constexpr double kFactors[] = {0, 0.25, 0.5, 0.8, 1.25, 2, 4};
constexpr double kReturning[] = {0.02, 0.1, 0.3};
constexpr double kLeastGain = 1e-9;

double ndcg_of(const BlendList& list, std::span<const double> weights, size_t k,
               std::vector<double>& blended) {
  const size_t members = weights.size(), candidates = list.candidates(members);
  blended.resize(candidates);
  for (size_t c = 0; c < candidates; ++c) {
    double sum = 0;
    for (size_t m = 0; m < members; ++m) sum += weights[m] * double{list.scores[c * members + m]};
    blended[c] = sum;
  }
  std::vector<Relevant> relevant;
  for (size_t r = 0; r < list.relevant.size(); ++r) {
    const double own = blended[list.relevant[r]];
    const auto above = std::ranges::count_if(blended, [&](double score) { return score >= own; });
    relevant.push_back({static_cast<double>(above), list.gains[r]});
  }
  for (float gain : list.missed) relevant.push_back({INFINITY, gain});
  return ndcg(relevant, k);
}

std::vector<double> normalised(std::vector<double> weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= sum;
  return weights;
}

}  // namespace

double blended_ndcg(std::span<const BlendList> lists, std::span<const double> weights, size_t k,
                    ThreadPool& pool) {
  if (lists.empty()) return 0;
  std::vector<double> sums(chunk_count(lists.size(), kListsATask));
  pool.run(sums.size(), [&](size_t task, int) {
    const auto [begin, end] = chunk_rows(lists.size(), kListsATask, task);
    std::vector<double> blended;
    for (size_t i = begin; i < end; ++i) sums[task] += ndcg_of(lists[i], weights, k, blended);
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0) / static_cast<double>(lists.size());
}

std::vector<double> learn_blend_weights(std::span<const BlendList> lists, size_t members, size_t k,
                                        ThreadPool& pool) {
  SHORTLIST_CHECK(members > 0);
  std::vector<double> best(members, 1.0 / static_cast<double>(members));
  if (lists.empty() || members == 1) return best;
  double reached = blended_ndcg(lists, best, k, pool);
  const auto try_weights = [&](std::vector<double> weights) {
    if (!(std::accumulate(weights.begin(), weights.end(), 0.0) > 0)) return false;
    weights = normalised(std::move(weights));
    const double ndcg = blended_ndcg(lists, weights, k, pool);
    if (!(ndcg > reached + kLeastGain)) return false;
    reached = ndcg;
    best = std::move(weights);
    return true;
  };
  for (size_t m = 0; m < members; ++m) {
    std::vector<double> alone(members);
    alone[m] = 1;
    try_weights(std::move(alone));
  }
  bool better = true;
  for (int sweep = 0; better && sweep < kMostSweeps; ++sweep) {
    better = false;
    for (size_t m = 0; m < members; ++m) {
      const std::vector<double> from = best;
      const auto try_weight = [&](double weight) {
        std::vector<double> changed = from;
        changed[m] = weight;
        better |= try_weights(std::move(changed));
      };
      if (from[m] > 0) {
        for (double factor : kFactors) try_weight(from[m] * factor);
      } else {
        for (double weight : kReturning) try_weight(weight);
      }
    }
  }
  return best;
}

void standardize_scores(std::span<float> scores) {
  double sum = 0, squares = 0, least = INFINITY;
  size_t count = 0;
  for (float score : scores) {
    if (!std::isfinite(score)) continue;
    sum += score;
    least = std::min<double>(least, score);
    ++count;
  }
  if (count == 0) return void(std::ranges::fill(scores, 0.0f));
  const double mean = sum / static_cast<double>(count);
  for (float score : scores)
    if (std::isfinite(score)) squares += (score - mean) * (score - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(count));
  const double scale = deviation > 1e-12 * std::abs(mean) && deviation > 0 ? 1 / deviation : 0;
  for (float& score : scores)
    score = static_cast<float>(((std::isfinite(score) ? score : least) - mean) * scale);
}

}  // namespace shortlist
