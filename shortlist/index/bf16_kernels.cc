#include "shortlist/index/bf16_kernels.h"

#include "shortlist/math/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "shortlist/index/bf16_kernels.cc"
#include <hwy/foreach_target.h>

#include "shortlist/math/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {

constexpr size_t kColumns = 16;  // of a panel

// A bfloat16 is the upper half of a float32.
HWY_INLINE Vector widen(const uint16_t* from) {
  const hn::RebindToUnsigned<Floats> bits;
  return hn::BitCast(kFloats,
                     hn::ShiftLeft<16>(hn::PromoteTo(bits, hn::LoadU(hn::Rebind<uint16_t, Floats>(), from))));
}

// Several panels at once, so that one sum's additions fill the wait for another's.
template <size_t kPanels>
HWY_INLINE void score_panels(const uint16_t* panels, size_t width, const float* query, float* out) {
  constexpr size_t kVectors = kColumns / kLanes;
  Vector sums[kPanels][kVectors];
#pragma GCC unroll 16
  for (size_t v = 0; v < kPanels * kVectors; ++v) sums[v / kVectors][v % kVectors] = zero();
  for (size_t k = 0; k < width; ++k) {
    const Vector q = set(query[k]);
#pragma GCC unroll 4
    for (size_t p = 0; p < kPanels; ++p) {
      const uint16_t* const from = panels + (p * width + k) * kColumns;
#pragma GCC unroll 4
      for (size_t v = 0; v < kVectors; ++v) sums[p][v] = hn::MulAdd(q, widen(from + v * kLanes), sums[p][v]);
    }
  }
#pragma GCC unroll 16
  for (size_t v = 0; v < kPanels * kVectors; ++v)
    hn::StoreU(sums[v / kVectors][v % kVectors], kFloats, out + v * kLanes);
}

void scores(const uint16_t* panels, size_t width, size_t count, const float* query, float* out) {
  constexpr size_t kAtOnce = kLanes == kColumns ? 4 : 2;
  size_t p = 0;
  for (; p + kAtOnce <= count; p += kAtOnce)
    score_panels<kAtOnce>(panels + p * width * kColumns, width, query, out + p * kColumns);
  for (; p < count; ++p) score_panels<1>(panels + p * width * kColumns, width, query, out + p * kColumns);
}

void widen_all(const uint16_t* values, size_t count, float* out) {
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) hn::StoreU(widen(values + i), kFloats, out + i);
  for (; i < count; ++i) {
    const uint32_t bits = uint32_t{values[i]} << 16;
    __builtin_memcpy(out + i, &bits, sizeof bits);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shortlist {

HWY_EXPORT(scores);
HWY_EXPORT(widen_all);

void bf16_scores(const uint16_t* panels, size_t width, size_t count, const float* query, float* out) {
  HWY_DYNAMIC_DISPATCH(scores)(panels, width, count, query, out);
}
void widen_bf16(const uint16_t* values, size_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(widen_all)(values, count, out);
}

}  // namespace shortlist
#endif
