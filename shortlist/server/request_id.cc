#include "shortlist/server/request_id.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <random>

namespace shortlist {
namespace {

constexpr size_t kLongest = 128;

// A bijection that maps similar inputs to dissimilar outputs (SplitMix64, Steele et al. 2014).
uint64_t mixed(uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

}  // namespace

std::string request_id(std::string_view given) {
  const bool visible = std::ranges::all_of(given, [](char c) { return c > ' ' && c < 0x7f; });
  if (!given.empty() && given.size() <= kLongest && visible) return std::string(given);
  static std::atomic<uint64_t> next = [] {
    std::random_device random;
    return uint64_t{random()} << 32 | random();
  }();
  return fmt::format("{:016x}", mixed(next.fetch_add(1)));
}

}  // namespace shortlist
