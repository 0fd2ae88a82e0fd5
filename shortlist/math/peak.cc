#include "shortlist/math/peak.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "shortlist/math/targets.h"
#include "shortlist/math/tiles.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "shortlist/math/peak.cc"
#include <hwy/foreach_target.h>

#include "shortlist/math/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {

// Enough independent chains to hide an addition's latency. Returns the sums, so that the compiler keeps them.
float multiply_add_rounds(size_t rounds, double* operations) {
  constexpr size_t kChains = 12;
  Vector chain[kChains];
  for (Vector& c : chain) c = zero();
  const Vector factor = set(0.5f), step = set(0.25f);
  for (size_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
    for (size_t i = 0; i < kChains; ++i) chain[i] = hn::MulAdd(chain[i], factor, step);
  }
  for (size_t i = 1; i < kChains; ++i) chain[0] = hn::Add(chain[0], chain[i]);
  *operations = static_cast<double>(2 * rounds * kChains * kLanes);
  return hn::GetLane(chain[0]);
}

float read_once(const float* values, size_t count) {
  constexpr size_t kChains = 8;
  Vector chain[kChains];
  for (Vector& c : chain) c = zero();
  size_t i = 0;
  for (; i + kChains * kLanes <= count; i += kChains * kLanes) {
#pragma GCC unroll 8
    for (size_t c = 0; c < kChains; ++c)
      chain[c] = hn::Max(chain[c], hn::LoadU(kFloats, values + i + c * kLanes));
  }
  for (; i + kLanes <= count; i += kLanes) chain[0] = hn::Max(chain[0], hn::LoadU(kFloats, values + i));
  for (size_t c = 1; c < kChains; ++c) chain[0] = hn::Add(chain[0], chain[c]);
  return hn::GetLane(hn::MaxOfLanes(kFloats, chain[0]));
}

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shortlist {

HWY_EXPORT(multiply_add_rounds);
HWY_EXPORT(read_once);

double multiply_add_peak(ThreadPool& pool, double seconds, Precision precision) {
  SHORTLIST_CHECK(multiplies_in(precision));
  using Clock = std::chrono::steady_clock;
  constexpr size_t kRounds = 1 << 16;  // about a millisecond
  struct alignas(64) Stretch {
    double operations = 0;
    float sum = 0;
  };
  std::vector<Stretch> stretches(static_cast<size_t>(pool.threads()));
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  double best = 0;
  do {
    const auto start = Clock::now();
    pool.run(stretches.size(), [&](size_t i, int) {
      Stretch& stretch = stretches[i];
      if (precision == Precision::float32) {
        stretch.sum = HWY_DYNAMIC_DISPATCH(multiply_add_rounds)(kRounds, &stretch.operations);
      } else {
        stretch = {run_bf16_unit(kRounds / 4), 1};
      }
    });
    const std::chrono::duration<double> passed = Clock::now() - start;
    double operations = 0;
    for (const Stretch& stretch : stretches) operations += stretch.sum > 0 ? stretch.operations : 0;
    best = std::max(best, operations / passed.count());
  } while (Clock::now() < end);
  return precision == Precision::bf16x3 ? best / 3 : best;
}

float read_all(std::span<const float> values) {
  return HWY_DYNAMIC_DISPATCH(read_once)(values.data(), values.size());
}

}  // namespace shortlist
#endif
