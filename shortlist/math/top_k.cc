#include "shortlist/math/top_k.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "shortlist/base/error.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/math/least_of_best.h"

namespace shortlist {
namespace {

// The heap's top is the one that no other is worse than.
constexpr auto kWorstOnTop = [](const Scored& a, const Scored& b) { return better(a, b); };

}  // namespace

void TopK::push(Scored candidate) {
  if (k_ == 0 || std::isnan(candidate.score)) return;
  if (heap_.size() == k_) {
    if (!better(candidate, heap_.front())) return;
    std::pop_heap(heap_.begin(), heap_.end(), kWorstOnTop);
    heap_.pop_back();
  }
  heap_.push_back(candidate);
  std::push_heap(heap_.begin(), heap_.end(), kWorstOnTop);
}

template <typename IndexOf>
void TopK::push_all(std::span<const float> scores, IndexOf index_of) {
  if (k_ == 0) return;
  const float bound = heap_.size() < k_ ? least_of_best(scores, k_) : heap_.front().score;
  for (size_t j = 0; j < scores.size(); ++j) {
    // A score below the worst kept cannot enter; an equal one may, by its index.
    j += find_at_least(scores.subspan(j), std::max(bound, least()));
    if (j < scores.size()) push({index_of(j), scores[j]});
  }
}

void TopK::push(std::span<const float> scores, uint32_t first) {
  push_all(scores, [&](size_t j) { return first + static_cast<uint32_t>(j); });
}

void TopK::push(std::span<const float> scores, std::span<const uint32_t> indices) {
  SHORTLIST_CHECK(scores.size() == indices.size());
  push_all(scores, [&](size_t j) { return indices[j]; });
}

float TopK::least() const {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  if (k_ == 0) return kInfinity;
  return heap_.size() < k_ ? -kInfinity : heap_.front().score;
}

std::vector<Scored> TopK::take() {
  std::sort_heap(heap_.begin(), heap_.end(), kWorstOnTop);
  return std::exchange(heap_, {});
}

}  // namespace shortlist
