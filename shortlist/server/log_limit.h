// Lets one line of a kind into the log every few seconds, where clients could fill the disk with them.
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

  // How many lines were left out since the last one, if a line is due now; may be called from any thread.
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
