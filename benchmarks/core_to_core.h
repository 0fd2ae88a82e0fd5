// Latency between two cores.
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

namespace shortlist {

// The time for a word to travel to the other core and back: about 60 ns if both share a cache, 300 ns if not,
// in which case two threads gain less.
inline double round_trip_nanoseconds() {
  constexpr int kTrips = 100'000;
  std::atomic<int> word = 0;
  const auto answer = [&](int first) {
    for (int i = first; i < 2 * kTrips; i += 2) {
      for (int spins = 0; word.load(std::memory_order_acquire) != i;) {
        if (++spins % 10'000 == 0) std::this_thread::yield();
      }
      word.store(i + 1, std::memory_order_release);
    }
  };
  const auto start = std::chrono::steady_clock::now();
  std::thread other(answer, 1);
  answer(0);
  other.join();
  const std::chrono::duration<double, std::nano> passed = std::chrono::steady_clock::now() - start;
  return passed.count() / kTrips;
}

}  // namespace shortlist
