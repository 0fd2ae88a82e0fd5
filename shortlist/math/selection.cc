#include "shortlist/math/selection.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "shortlist/base/error.h"
#include "shortlist/math/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "shortlist/math/selection.cc"
#include <hwy/foreach_target.h>

#include "shortlist/math/vectors-inl.h"

#ifndef SHORTLIST_MATH_SELECTION_CC_
#define SHORTLIST_MATH_SELECTION_CC_
namespace shortlist {

// The number of groups of which the maxima are taken: a multiple of kFewGroups.
constexpr size_t kFewGroups = 16, kMostGroups = 512;

}  // namespace shortlist
#endif

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {

// Scores are grouped by position modulo the number of groups. Writes the maximum of each group; a remainder
// at the end is ignored.
void maxima(const float* scores, size_t count, size_t groups, float* out) {
  constexpr size_t kVectors = kFewGroups / kLanes, kChains = 4;
  for (size_t g = 0; g < groups; g += kFewGroups) {
    Vector most[kChains][kVectors];
#pragma GCC unroll 16
    for (size_t i = 0; i < kChains * kVectors; ++i)
      most[i / kVectors][i % kVectors] = set(-std::numeric_limits<float>::infinity());
    const auto look = [&](size_t chain, const float* from) HWY_ATTR {
#pragma GCC unroll 4
      for (size_t v = 0; v < kVectors; ++v)
        most[chain][v] = Larger()(most[chain][v], hn::LoadU(kFloats, from + v * kLanes));
    };
    size_t i = g;
    for (; i + 3 * groups + kFewGroups <= count; i += kChains * groups) {
#pragma GCC unroll 4
      for (size_t chain = 0; chain < kChains; ++chain) look(chain, scores + i + chain * groups);
    }
    for (; i + kFewGroups <= count; i += groups) look(0, scores + i);
#pragma GCC unroll 4
    for (size_t v = 0; v < kVectors; ++v) {
      const Vector two = Larger()(most[0][v], most[1][v]), others = Larger()(most[2][v], most[3][v]);
      hn::StoreU(Larger()(two, others), kFloats, out + g + v * kLanes);
    }
  }
}

// Returns a bound that at least k of the values, and few more, reach: bisects the range that contains the
// k-th value until close enough to k. -inf if fewer than k values are greater than -inf. The values fill
// whole vectors.
float about_kth(const float* values, size_t count, size_t k) {
  constexpr int kMostHalvings = 20;  // if most values are close together and some far higher
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  Vector least = set(kInfinity), most = set(-kInfinity);
  for (size_t i = 0; i < count; i += kLanes) {
    const Vector these = hn::LoadU(kFloats, values + i);
    most = hn::Max(most, these);
    least = hn::Min(least, hn::IfThenElse(hn::Gt(these, set(-kInfinity)), these, least));
  }
  const auto count_from = [&](float bound) HWY_ATTR {
    size_t high = 0;
    for (size_t i = 0; i < count; i += kLanes)
      high += hn::CountTrue(kFloats, hn::Ge(hn::LoadU(kFloats, values + i), set(bound)));
    return high;
  };
  float low = hn::GetLane(hn::MinOfLanes(kFloats, least)), high = hn::GetLane(hn::MaxOfLanes(kFloats, most));
  size_t found = count_from(low);
  if (found < k) return -kInfinity;
  for (int i = 0; i < kMostHalvings && found > k + k / 8; ++i) {
    const float middle = 0.5f * (low + high);
    const size_t so_high = count_from(middle);
    if (so_high >= k) {
      low = middle;
      found = so_high;
    } else {
      high = middle;
    }
  }
  return low;
}

// Writes `first` plus the position of each set bit; returns the end of the output.
HWY_INLINE uint32_t* put_places(uint64_t bits, size_t first, uint32_t* out) {
  for (; bits != 0; bits &= bits - 1) *out++ = static_cast<uint32_t>(first) + std::countr_zero(bits);
  return out;
}
HWY_INLINE uint64_t bits_of(hn::Mask<Floats> mask) {
  uint8_t bytes[8] = {};
  hn::StoreMaskBits(kFloats, mask, bytes);
  uint64_t bits;
  __builtin_memcpy(&bits, bytes, sizeof bits);
  return bits;
}

// Most vectors contain no such score, so several are tested together first.
size_t places_at_least(const float* scores, size_t count, float bound, uint32_t* places) {
  constexpr size_t kStep = 4 * kLanes;
  const Vector least = set(bound);
  uint32_t* out = places;
  size_t i = 0;
  for (; i + kStep <= count; i += kStep) {
    Vector most = set(-std::numeric_limits<float>::infinity());
#pragma GCC unroll 4
    for (size_t v = 0; v < kStep; v += kLanes) most = Larger()(most, hn::LoadU(kFloats, scores + i + v));
    if (hn::AllFalse(kFloats, hn::Ge(most, least))) continue;
    uint64_t bits = 0;
#pragma GCC unroll 4
    for (size_t v = 0; v < kStep; v += kLanes)
      bits |= bits_of(hn::Ge(hn::LoadU(kFloats, scores + i + v), least)) << v;
    out = put_places(bits, i, out);
  }
  for (; i < count; i += kLanes) {
    const size_t some = std::min(kLanes, count - i);
    const auto found = hn::Ge(load_first(scores + i, some), least);
    out = put_places(bits_of(hn::And(found, hn::FirstN(kFloats, some))), i, out);
  }
  return static_cast<size_t>(out - places);
}

// A key's position is the number of greater keys.
void sort_by_counting(const int64_t* keys, size_t count, int64_t* sorted) {
  constexpr hn::CappedTag<int64_t, 8> d;
  constexpr size_t kKeys = HWY_MIN(size_t{8}, HWY_LANES(int64_t));
  const size_t whole = count / kKeys * kKeys;
  HWY_ALIGN int64_t rest[kKeys];
  std::fill_n(rest, kKeys, std::numeric_limits<int64_t>::min());
  std::copy(keys + whole, keys + count, rest);
  const auto last = hn::Load(d, rest);
  for (size_t i = 0; i < count; ++i) {
    const auto key = hn::Set(d, keys[i]);
    size_t greater = hn::CountTrue(d, hn::Gt(last, key));
    for (size_t j = 0; j < whole; j += kKeys)
      greater += hn::CountTrue(d, hn::Gt(hn::LoadU(d, keys + j), key));
    sorted[greater] = keys[i];
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shortlist {

HWY_EXPORT(maxima);
HWY_EXPORT(about_kth);
HWY_EXPORT(places_at_least);
HWY_EXPORT(sort_by_counting);

// Approximates the k-th greatest of the groups' maxima: at least k groups, so at least k scores, reach it.
float least_of_best(std::span<const float> scores, size_t k) {
  const size_t groups = (2 * k + kFewGroups - 1) / kFewGroups * kFewGroups;
  if (groups == 0 || groups > kMostGroups || 2 * groups > scores.size())
    return -std::numeric_limits<float>::infinity();
  float greatest[kMostGroups];
  HWY_DYNAMIC_DISPATCH(maxima)(scores.data(), scores.size(), groups, greatest);
  return HWY_DYNAMIC_DISPATCH(about_kth)(greatest, groups, k);
}

size_t find_at_least(std::span<const float> scores, float bound, uint32_t* places) {
  return HWY_DYNAMIC_DISPATCH(places_at_least)(scores.data(), scores.size(), bound, places);
}

void sort_few(std::span<const int64_t> keys, int64_t* sorted) {
  SHORTLIST_CHECK(keys.size() <= kFewKeys);
  HWY_DYNAMIC_DISPATCH(sort_by_counting)(keys.data(), keys.size(), sorted);
}

}  // namespace shortlist
#endif
