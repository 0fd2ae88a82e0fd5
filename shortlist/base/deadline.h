// Stops work early: at a point in time, or when the caller cancels.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <stdexcept>

namespace shortlist {

// Thrown by work that was stopped. `cancelled` is true if the caller gave up, false if the time ran out.
class DeadlinePassed : public std::runtime_error {
 public:
  explicit DeadlinePassed(bool cancelled)
      : std::runtime_error(cancelled ? "the client closed the connection" : "the deadline has passed"),
        cancelled_(cancelled) {}
  bool cancelled() const { return cancelled_; }

 private:
  bool cancelled_;
};

// A small value that is passed down to the loops of the work. They call check() at least every few
// milliseconds.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;
  using Flags = std::array<const std::atomic<bool>*, 2>;

  Deadline() = default;  // never passes
  // Passes at `end`, or when one of the flags is set (from any thread). Flags may be null and must outlive
  // this object.
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
