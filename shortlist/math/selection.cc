#include "shortlist/math/selection.h"

#include <algorithm>
#include <bit>
#include <functional>
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

constexpr size_t kFewGroups = 32, kMostGroups = 512;

}  // namespace shortlist
#endif

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {

// Scores fall into groups, by their place modulo the number of groups, a multiple of kFewGroups. Writes each
// group's greatest; what is left over at the end is not looked at.
void maxima(const float* scores, size_t count, size_t groups, float* out) {
  constexpr size_t kVectors = kFewGroups / kLanes;
  for (size_t g = 0; g < groups; g += kFewGroups) {
    Vector most[kVectors];
#pragma GCC unroll 8
    for (Vector& one : most) one = set(-std::numeric_limits<float>::infinity());
    for (size_t i = 0; i + groups <= count; i += groups) {
#pragma GCC unroll 8
      for (size_t v = 0; v < kVectors; ++v)
        most[v] = Larger()(most[v], hn::LoadU(kFloats, scores + i + g + v * kLanes));
    }
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) hn::StoreU(most[v], kFloats, out + g + v * kLanes);
  }
}

// The k-th greatest of kFewGroups, 0 < k <= kFewGroups: the least of those that fewer than k are greater
// than.
float kth_of_few(const float* values, size_t k) {
  constexpr size_t kVectors = kFewGroups / kLanes;
  hn::Vec<Ints> greater[kVectors];
#pragma GCC unroll 8
  for (auto& count : greater) count = hn::Zero(kInts);
  for (size_t i = 0; i < kFewGroups; ++i) {
    const Vector one = set(values[i]);
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) {
      const auto is_greater = hn::Gt(one, hn::LoadU(kFloats, values + v * kLanes));
      greater[v] = hn::Sub(greater[v], hn::VecFromMask(kInts, hn::RebindMask(kInts, is_greater)));
    }
  }
  Vector least = set(std::numeric_limits<float>::infinity());
#pragma GCC unroll 8
  for (size_t v = 0; v < kVectors; ++v) {
    const auto among = hn::Lt(greater[v], hn::Set(kInts, static_cast<int32_t>(k)));
    const Vector these = hn::LoadU(kFloats, values + v * kLanes);
    least = hn::Min(least, hn::IfThenElse(hn::RebindMask(kFloats, among), these, least));
  }
  return hn::GetLane(hn::MinOfLanes(kFloats, least));
}

// Writes `first` plus the place of each set bit; returns where the next is written.
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

// Most vectors hold no such score, so some are looked at together before each by itself.
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

// A key's place is the number of those that are greater.
void sort_by_counting(int64_t* keys, size_t count) {
  constexpr hn::CappedTag<int64_t, 8> d;
  HWY_ALIGN int64_t from[kFewKeys], places[kFewKeys];
  std::copy_n(keys, count, from);
  for (size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto these = hn::Load(d, from + i);
    auto greater = hn::Zero(d);
    for (size_t j = 0; j < count; ++j)
      greater = hn::Sub(greater, hn::VecFromMask(d, hn::Gt(hn::Set(d, from[j]), these)));
    hn::Store(greater, d, places + i);
  }
  for (size_t i = 0; i < count; ++i) keys[places[i]] = from[i];
}

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shortlist {

HWY_EXPORT(maxima);
HWY_EXPORT(kth_of_few);
HWY_EXPORT(places_at_least);
HWY_EXPORT(sort_by_counting);

// So many scores are as high as the k-th of the groups' greatest, one in each group.
float least_of_best(std::span<const float> scores, size_t k) {
  const size_t groups = (2 * k + kFewGroups - 1) / kFewGroups * kFewGroups;
  if (groups == 0 || groups > kMostGroups || 2 * groups > scores.size())
    return -std::numeric_limits<float>::infinity();
  float greatest[kMostGroups];
  HWY_DYNAMIC_DISPATCH(maxima)(scores.data(), scores.size(), groups, greatest);
  if (groups == kFewGroups) return HWY_DYNAMIC_DISPATCH(kth_of_few)(greatest, k);
  std::nth_element(greatest, greatest + k - 1, greatest + groups, std::greater());
  return greatest[k - 1];
}

size_t find_at_least(std::span<const float> scores, float bound, uint32_t* places) {
  return HWY_DYNAMIC_DISPATCH(places_at_least)(scores.data(), scores.size(), bound, places);
}

void sort_few(std::span<int64_t> keys) {
  SHORTLIST_CHECK(keys.size() <= kFewKeys);
  HWY_DYNAMIC_DISPATCH(sort_by_counting)(keys.data(), keys.size());
}

}  // namespace shortlist
#endif
