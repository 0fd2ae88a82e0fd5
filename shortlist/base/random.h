// Counter-based random numbers: a value is a pure function of (seed, name of its use, counter), so it does
// not depend on earlier draws or on the thread.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <string_view>
#include <utility>

namespace shortlist {

// SplitMix64's finaliser (Steele et al. 2014): a bijection on 64 bits in which every input bit affects every
// output bit.
constexpr uint64_t mix64(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

__extension__ typedef unsigned __int128 uint128;

class RandomStream {
 public:
  constexpr RandomStream(uint64_t seed, std::string_view use) : key_(mix64(seed + 0x9e3779b97f4a7c15u)) {
    for (char c : use) key_ = mix64(key_ ^ static_cast<unsigned char>(c)) + 0x9e3779b97f4a7c15u;
  }
  // A separate stream for each index: an epoch, a step, a user.
  constexpr RandomStream at(uint64_t index) const { return RandomStream(mix64(key_ + mix64(index + 1))); }

  constexpr uint64_t key() const { return key_; }
  // The stream with this key().
  static constexpr RandomStream of_key(uint64_t key) { return RandomStream(key); }
  constexpr uint64_t bits(uint64_t counter) const { return mix64(key_ + counter * 0x9e3779b97f4a7c15u); }
  // In [0, 1), a multiple of 2^-53.
  constexpr double uniform(uint64_t counter) const {
    return static_cast<double>(bits(counter) >> 11) * 0x1p-53;
  }
  // In [0, n), n > 0; unbiased to 2^-64.
  constexpr uint64_t below(uint64_t counter, uint64_t n) const {
    return static_cast<uint64_t>((static_cast<uint128>(bits(counter)) * n) >> 64);
  }
  // Standard normal (Box-Muller); uses the counters 2c and 2c + 1.
  double normal(uint64_t counter) const {
    const double radius = std::sqrt(-2 * std::log1p(-uniform(2 * counter)));
    return radius * std::cos(2 * std::numbers::pi * uniform(2 * counter + 1));
  }
  // Fisher-Yates.
  template <typename T>
  void shuffle(std::span<T> values) const {
    for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i, i)]);
  }

 private:
  constexpr explicit RandomStream(uint64_t key) : key_(key) {}
  uint64_t key_;
};

}  // namespace shortlist
