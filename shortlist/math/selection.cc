#include "shortlist/math/selection.h"

#include <algorithm>
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

constexpr size_t kGroups = 32;
constexpr float kNothing = -std::numeric_limits<float>::infinity();

}  // namespace shortlist
#endif

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {

// The k-th greatest of the groups' greatest: so many scores are that high, one in each group. A score's group
// is its place modulo kGroups.
float kth_maximum(const float* scores, size_t count, size_t k) {
  constexpr size_t kVectors = kGroups / kLanes;
  Vector most[kVectors];
#pragma GCC unroll 32
  for (size_t v = 0; v < kVectors; ++v) most[v] = set(kNothing);
  for (size_t i = 0; i + kGroups <= count; i += kGroups) {
#pragma GCC unroll 32
    for (size_t v = 0; v < kVectors; ++v) {
      const Vector score = hn::LoadU(kFloats, scores + i + v * kLanes);
      most[v] = hn::IfThenElse(hn::Gt(score, most[v]), score, most[v]);  // NaN is not greater
    }
  }
  float groups[kGroups];
#pragma GCC unroll 32
  for (size_t v = 0; v < kVectors; ++v) hn::StoreU(most[v], kFloats, groups + v * kLanes);
  float least = std::numeric_limits<float>::infinity();
  for (float one : groups) {
    size_t greater = 0;
#pragma GCC unroll 32
    for (size_t v = 0; v < kVectors; ++v) greater += hn::CountTrue(kFloats, hn::Gt(most[v], set(one)));
    least = greater < k && one < least ? one : least;
  }
  return least;
}

// Most vectors hold no such score, so some are looked at together before each by itself.
size_t places_at_least(const float* scores, size_t count, float bound, uint32_t* places) {
  constexpr size_t kTogether = 4;
  constexpr hn::RebindToUnsigned<Floats> kPlaces;
  const Vector least = set(bound);
  uint32_t* out = places;
  const auto take = [&](size_t i) {
    const auto found = hn::Ge(hn::LoadU(kFloats, scores + i), least);
    const auto at = hn::Iota(kPlaces, static_cast<uint32_t>(i));
    hn::StoreU(hn::Compress(at, hn::RebindMask(kPlaces, found)), kPlaces, out);
    out += hn::CountTrue(kFloats, found);
  };
  size_t i = 0;
  for (; i + kTogether * kLanes <= count; i += kTogether * kLanes) {
    auto any = hn::Ge(hn::LoadU(kFloats, scores + i), least);
#pragma GCC unroll 8
    for (size_t v = 1; v < kTogether; ++v)
      any = hn::Or(any, hn::Ge(hn::LoadU(kFloats, scores + i + v * kLanes), least));
    if (hn::AllFalse(kFloats, any)) continue;
#pragma GCC unroll 8
    for (size_t v = 0; v < kTogether; ++v) take(i + v * kLanes);
  }
  for (; i + kLanes <= count; i += kLanes) take(i);
  for (; i < count; ++i) {
    *out = static_cast<uint32_t>(i);
    out += scores[i] >= bound;
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

HWY_EXPORT(kth_maximum);
HWY_EXPORT(places_at_least);
HWY_EXPORT(sort_by_counting);

float least_of_best(std::span<const float> scores, size_t k) {
  if (k == 0 || k > kGroups / 2 || scores.size() < 4 * kGroups) return kNothing;
  return HWY_DYNAMIC_DISPATCH(kth_maximum)(scores.data(), scores.size(), k);
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
