// How fast each client may ask: a token bucket for each.
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

  // A client may ask `rate` times a second over time, and `burst` times at once. A rate of 0 means as often
  // as it likes. Tests give a clock that they set. Clients beyond `most_clients` at once share one bucket, so
  // that whoever has many addresses cannot fill the memory.
  RateLimiter(double rate, double burst, Clock clock = std::chrono::steady_clock::now,
              size_t most_clients = 100'000)
      : rate_(rate), burst_(burst), clock_(std::move(clock)), most_clients_(most_clients) {}

  // Seconds until the client may ask again; 0 if it may now, which is counted.
  double take(std::string_view client);

  size_t clients() const;

 private:
  struct Bucket {
    double tokens = 0;
    Time filled;
  };
  // Forgets the clients whose buckets are full again: they are as if they had never asked.
  void forget(Time now);

  const double rate_, burst_;
  const Clock clock_;
  const size_t most_clients_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
  Time next_forget_;
};

}  // namespace shortlist
