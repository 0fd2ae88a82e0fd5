#include "shortlist/server/rate_limiter.h"

#include <algorithm>

namespace shortlist {
namespace {

double seconds_between(RateLimiter::Time from, RateLimiter::Time to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

double RateLimiter::take(std::string_view client) {
  if (rate_ <= 0) return 0;
  const Time now = clock_();
  std::lock_guard lock(mutex_);
  if (now >= next_forget_) forget(now);
  std::string name(client);
  if (buckets_.size() >= most_clients_ && !buckets_.contains(name)) name.clear();
  Bucket& bucket = buckets_.try_emplace(std::move(name), Bucket{burst_, now}).first->second;
  bucket.tokens = std::min(burst_, bucket.tokens + rate_ * seconds_between(bucket.filled, now));
  bucket.filled = now;
  if (bucket.tokens < 1) return (1 - bucket.tokens) / rate_;
  bucket.tokens -= 1;
  return 0;
}

void RateLimiter::forget(Time now) {
  std::erase_if(buckets_, [&](const auto& entry) {
    return entry.second.tokens + rate_ * seconds_between(entry.second.filled, now) >= burst_;
  });
  next_forget_ = now + std::chrono::seconds(1);
}

size_t RateLimiter::clients() const {
  std::lock_guard lock(mutex_);
  return buckets_.size();
}

}  // namespace shortlist
