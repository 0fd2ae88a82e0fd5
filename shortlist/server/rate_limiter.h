// Limits the request rate of each client with a token bucket.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace shortlist {

class RateLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;

  using Clock = std::function<Time()>;

  // A client may send `rate` requests per second on average, and `burst` at once. A rate of 0 means
  // unlimited. Tests pass their own clock. Clients beyond `most_clients` share one bucket, so that a client
  // with many addresses cannot fill the memory.
  RateLimiter(double rate, double burst, Clock clock = std::chrono::steady_clock::now,
              size_t most_clients = 100'000)
      : rate_(rate), burst_(burst), clock_(std::move(clock)), most_clients_(most_clients) {}

  // Takes a token. Returns 0 on success, or the seconds until the client may send a request.
  double take(std::string_view client);

  size_t clients() const;

 private:
  struct Bucket {
    double tokens = 0;
    Time filled;
  };
  // Removes clients whose buckets are full again, since that is equivalent to never having sent a request.
  void forget(Time now);

  const double rate_, burst_;
  const Clock clock_;
  const size_t most_clients_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
  Time next_forget_;
};

}  // namespace shortlist
