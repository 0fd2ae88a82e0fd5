// Limits a kind of log line to one every few seconds, so that clients cannot fill the disk.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace shortlist {

class LogLimit {
 public:
  using Clock = std::chrono::steady_clock;
  explicit LogLimit(Clock::duration every) : every_(every) {}

  // If a line is due now, returns how many lines were dropped since the last one. Thread-safe.
  std::optional<uint64_t> admit(Clock::time_point now = Clock::now()) {
    const std::lock_guard lock(mutex_);
    if (next_ && now < *next_) {
      ++left_out_;
      return std::nullopt;
    }
    next_ = now + every_;
    return std::exchange(left_out_, 0);
  }

 private:
  const Clock::duration every_;
  std::mutex mutex_;
  std::optional<Clock::time_point> next_;
  uint64_t left_out_ = 0;
};

}  // namespace shortlist
