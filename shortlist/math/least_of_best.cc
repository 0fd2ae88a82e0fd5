#include "shortlist/math/least_of_best.h"

#include <limits>

#include "shortlist/math/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "shortlist/math/least_of_best.cc"
#include <hwy/foreach_target.h>

#include "shortlist/math/vectors-inl.h"

#ifndef SHORTLIST_MATH_LEAST_OF_BEST_CC_
#define SHORTLIST_MATH_LEAST_OF_BEST_CC_
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

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shortlist {

HWY_EXPORT(kth_maximum);

float least_of_best(std::span<const float> scores, size_t k) {
  if (k == 0 || k > kGroups / 2 || scores.size() < 4 * kGroups) return kNothing;
  return HWY_DYNAMIC_DISPATCH(kth_maximum)(scores.data(), scores.size(), k);
}

}  // namespace shortlist
#endif
