#include "shortlist/math/top_k.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "shortlist/base/error.h"
#include "shortlist/math/selection.h"

namespace shortlist {
namespace {

// Floats as integers in the same order; the two zeros are one.
int64_t key_of(float score, uint32_t index) {
  const auto bits = std::bit_cast<int32_t>(score + 0.0f);
  const int32_t ordered = bits ^ (bits >> 31 & 0x7fffffff);
  return static_cast<int64_t>(ordered) << 32 | ~index;
}
Scored scored_of(int64_t key) {
  const auto ordered = static_cast<int32_t>(key >> 32);
  return {~static_cast<uint32_t>(key), std::bit_cast<float>(ordered ^ (ordered >> 31 & 0x7fffffff))};
}

// So many are kept before the worst are left out of them.
size_t enough(size_t count) { return count + std::max<size_t>(16, count / 2); }

}  // namespace

TopK::TopK(size_t k, float slack) : k_(k), slack_(slack), most_keys_(enough(k)) {}

template <typename IndexOf>
void TopK::push_all(std::span<const float> scores, IndexOf index_of) {
  constexpr size_t kStretch = 1024;
  uint32_t places[kStretch];
  for (size_t begin = 0; k_ > 0 && begin < scores.size(); begin += kStretch) {
    const auto stretch = scores.subspan(begin, std::min(kStretch, scores.size() - begin));
    if (keys_.size() < k_) least_ = least_of_best(stretch, k_);
    const size_t count = find_at_least(stretch, least_ - slack_, places), kept = keys_.size();
    keys_.resize(kept + count);
    for (size_t i = 0; i < count; ++i)
      keys_[kept + i] = key_of(stretch[places[i]], index_of(begin + places[i]));
    if (keys_.size() > most_keys_) leave_out_the_worst();
  }
}

void TopK::push(std::span<const float> scores, uint32_t first) {
  push_all(scores, [&](size_t j) { return first + static_cast<uint32_t>(j); });
}

void TopK::push(std::span<const float> scores, std::span<const uint32_t> indices) {
  SHORTLIST_CHECK(scores.size() == indices.size());
  push_all(scores, [&](size_t j) { return indices[j]; });
}

// Few are sorted by the way.
void TopK::leave_out_the_worst() {
  const bool few = keys_.size() <= kFewKeys;
  if (few) sort_few(keys_);
  if (keys_.size() > k_) {
    const auto kth = keys_.begin() + static_cast<std::ptrdiff_t>(k_) - 1;
    if (!few) std::ranges::nth_element(keys_, kth, std::greater());
    least_ = scored_of(*kth).score;
    const auto near = [&](int64_t key) { return scored_of(key).score >= least_ - slack_; };
    keys_.erase(slack_ == 0 ? kth + 1 : std::partition(kth + 1, keys_.end(), near), keys_.end());
  }
  most_keys_ = enough(std::max(k_, keys_.size()));
}

std::vector<Scored> TopK::take() {
  if (keys_.size() > kFewKeys) leave_out_the_worst();
  if (keys_.size() > kFewKeys) {
    std::ranges::sort(keys_, std::greater());
  } else {
    leave_out_the_worst();
  }
  std::vector<Scored> best(keys_.size());
  std::ranges::transform(keys_, best.begin(), scored_of);
  *this = TopK(k_, slack_);
  return best;
}

}  // namespace shortlist
