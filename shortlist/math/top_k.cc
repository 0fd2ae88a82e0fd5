#include "shortlist/math/top_k.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "shortlist/base/error.h"
#include "shortlist/math/selection.h"

namespace shortlist {
namespace {

// Maps floats to integers in the same order; the two zeros are equal.
int64_t key_of(float score, uint32_t index) {
  const auto bits = std::bit_cast<int32_t>(score + 0.0f);
  const int32_t ordered = bits ^ (bits >> 31 & 0x7fffffff);
  return static_cast<int64_t>(ordered) << 32 | ~index;
}
Scored scored_of(int64_t key) {
  const auto ordered = static_cast<int32_t>(key >> 32);
  return {~static_cast<uint32_t>(key), std::bit_cast<float>(ordered ^ (ordered >> 31 & 0x7fffffff))};
}

// The number of keys to collect before the worst are dropped.
size_t enough(size_t count) { return count + std::max<size_t>(16, count / 2); }

// The best `count` keys, or all if there are fewer.
std::vector<Scored> best_of(std::span<const int64_t> keys, size_t count) {
  int64_t sorted[kFewKeys];
  sort_few(keys, sorted);
  std::vector<Scored> best(std::min(count, keys.size()));
  std::transform(sorted, sorted + best.size(), best.begin(), scored_of);
  return best;
}

}  // namespace

void TopK::reset(size_t k, float slack) {
  constexpr size_t kWorthKeeping = 4096;
  k_ = k;
  slack_ = slack;
  least_ = -std::numeric_limits<float>::infinity();
  keys_.clear();
  if (keys_.capacity() > kWorthKeeping) keys_.shrink_to_fit();
  most_keys_ = enough(k) + 16;  // some more at first: a few scores are not worth sorting twice
}

template <typename IndexOf>
void TopK::push_all(std::span<const float> scores, IndexOf index_of) {
  uint32_t places[kRow];
  for (size_t begin = 0; k_ > 0 && begin < scores.size(); begin += kRow) {
    const auto stretch = scores.subspan(begin, std::min(kRow, scores.size() - begin));
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

// If there are at most kFewKeys keys, also sorts them.
void TopK::leave_out_the_worst() {
  if (keys_.size() > k_) {
    const auto kth = keys_.begin() + static_cast<std::ptrdiff_t>(k_) - 1;
    if (keys_.size() > kFewKeys) {
      std::ranges::nth_element(keys_, kth, std::greater());
    } else {
      int64_t sorted[kFewKeys];
      sort_few(keys_, sorted);
      std::copy_n(sorted, keys_.size(), keys_.begin());
    }
    least_ = scored_of(*kth).score;
    const auto near = [&](int64_t key) { return scored_of(key).score >= least_ - slack_; };
    keys_.erase(slack_ == 0 ? kth + 1 : std::partition(kth + 1, keys_.end(), near), keys_.end());
  }
  most_keys_ = enough(std::max(k_, keys_.size()));
}

std::vector<Scored> TopK::take() {
  const bool all = slack_ > 0;
  if (all || keys_.size() > kFewKeys) leave_out_the_worst();
  std::vector<Scored> best;
  if (keys_.size() > kFewKeys) {
    std::ranges::sort(keys_, std::greater());
    best.resize(keys_.size());
    std::ranges::transform(keys_, best.begin(), scored_of);
  } else {
    best = best_of(keys_, all ? keys_.size() : k_);
  }
  reset(k_, slack_);
  return best;
}

void TopK::take_indices(std::vector<uint32_t>& to) {
  const size_t before = to.size();
  to.resize(before + keys_.size());
  std::ranges::transform(keys_, to.begin() + static_cast<std::ptrdiff_t>(before),
                         [](int64_t key) { return scored_of(key).index; });
  reset(k_, slack_);
}

std::vector<Scored> best_of_row(std::span<const float> scores, size_t k) {
  SHORTLIST_CHECK(scores.size() <= kRow);
  uint32_t places[kRow];
  int64_t keys[kFewKeys];
  const size_t count = find_at_least(scores, least_of_best(scores, k), places);
  if (count > kFewKeys) {
    TopK best(k);
    best.push(scores, 0);
    return best.take();
  }
  for (size_t i = 0; i < count; ++i) keys[i] = key_of(scores[places[i]], places[i]);
  return best_of({keys, count}, k);
}

std::vector<Scored> best_of_few(std::span<const float> scores, std::span<const uint32_t> indices, size_t k) {
  SHORTLIST_CHECK(scores.size() == indices.size() && scores.size() <= kFewKeys);
  int64_t keys[kFewKeys];
  size_t count = 0;
  for (size_t i = 0; i < scores.size(); ++i) {
    keys[count] = key_of(scores[i], indices[i]);
    count += scores[i] == scores[i] ? 1 : 0;  // NaN is never kept
  }
  return best_of({keys, count}, k);
}

}  // namespace shortlist
