// When a caller stops waiting for work that is under way: at a point in time, or as soon as it says so.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <stdexcept>

namespace shortlist {

// Thrown by work that was given up. `cancelled`: the caller has gone; otherwise its time is over.
class DeadlinePassed : public std::runtime_error {
 public:
  explicit DeadlinePassed(bool cancelled)
      : std::runtime_error(cancelled ? "the caller has gone" : "the time for the work is over"),
        cancelled_(cancelled) {}
  bool cancelled() const { return cancelled_; }

 private:
  bool cancelled_;
};

// A small value, which work passes down to its loops. They call check() between steps of at most some
// milliseconds.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;
  using Flags = std::array<const std::atomic<bool>*, 2>;

  Deadline() = default;  // never passes
  // Passes at `end`, or when one of the flags is set, which another thread may do. The flags must outlive it;
  // they may be null.
  explicit Deadline(Clock::time_point end, Flags flags = {}) : end_(end), flags_(flags) {}

  bool cancelled() const {
    for (const std::atomic<bool>* flag : flags_)
      if (flag != nullptr && flag->load(std::memory_order_relaxed)) return true;
    return false;
  }
  // Throws DeadlinePassed.
  void check() const {
    if (cancelled()) throw DeadlinePassed(true);
    if (end_ != Clock::time_point::max() && Clock::now() >= end_) throw DeadlinePassed(false);
  }

 private:
  Clock::time_point end_ = Clock::time_point::max();
  Flags flags_ = {};
};

}  // namespace shortlist
