#include "shortlist/index/panel_kernels.h"

#include "shortlist/math/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "shortlist/index/panel_kernels.cc"
#include <hwy/foreach_target.h>

#include "shortlist/math/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {

constexpr size_t kColumns = 16;  // of a panel

HWY_INLINE Vector load(const float* from) { return hn::LoadU(kFloats, from); }
// A bfloat16 is the upper half of a float32.
HWY_INLINE Vector load(const uint16_t* from) {
  const hn::RebindToUnsigned<Floats> bits;
  return hn::BitCast(kFloats,
                     hn::ShiftLeft<16>(hn::PromoteTo(bits, hn::LoadU(hn::Rebind<uint16_t, Floats>(), from))));
}

// Several panels at once, so that one sum's additions fill the wait for another's. That reads memory in
// strides, for which the processor would not fetch ahead, so it is asked for in the order in which it lies.
template <size_t kPanels, typename Value>
HWY_INLINE void score_panels(const Value* panels, size_t width, const float* query, float* out) {
  constexpr size_t kVectors = kColumns / kLanes, kLine = 64 / sizeof(Value), kAhead = 8192 / sizeof(Value);
  Vector sums[kPanels][kVectors];
#pragma GCC unroll 16
  for (size_t v = 0; v < kPanels * kVectors; ++v) sums[v / kVectors][v % kVectors] = zero();
  for (size_t k = 0; k < width; ++k) {
    const Vector q = set(query[k]);
#pragma GCC unroll 4
    for (size_t line = 0; line < kPanels * kColumns; line += kLine)
      __builtin_prefetch(panels + k * kPanels * kColumns + line + kAhead);
#pragma GCC unroll 4
    for (size_t p = 0; p < kPanels; ++p) {
      const Value* const from = panels + (p * width + k) * kColumns;
#pragma GCC unroll 4
      for (size_t v = 0; v < kVectors; ++v) sums[p][v] = hn::MulAdd(q, load(from + v * kLanes), sums[p][v]);
    }
  }
#pragma GCC unroll 16
  for (size_t v = 0; v < kPanels * kVectors; ++v)
    hn::StoreU(sums[v / kVectors][v % kVectors], kFloats, out + v * kLanes);
}

template <typename Value>
HWY_INLINE void score_all(const Value* panels, size_t width, size_t count, const float* query, float* out) {
  constexpr size_t kAtOnce = 4;
  size_t p = 0;
  for (; p + kAtOnce <= count; p += kAtOnce)
    score_panels<kAtOnce>(panels + p * width * kColumns, width, query, out + p * kColumns);
  for (; p < count; ++p) score_panels<1>(panels + p * width * kColumns, width, query, out + p * kColumns);
}
void scores(const float* panels, size_t width, size_t count, const float* query, float* out) {
  score_all(panels, width, count, query, out);
}
void bf16_scores(const uint16_t* panels, size_t width, size_t count, const float* query, float* out) {
  score_all(panels, width, count, query, out);
}

void widen_all(const uint16_t* values, size_t count, float* out) {
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) hn::StoreU(load(values + i), kFloats, out + i);
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
HWY_EXPORT(bf16_scores);
HWY_EXPORT(widen_all);

void panel_scores(const float* panels, size_t width, size_t count, const float* query, float* out) {
  HWY_DYNAMIC_DISPATCH(scores)(panels, width, count, query, out);
}
void panel_scores(const uint16_t* panels, size_t width, size_t count, const float* query, float* out) {
  HWY_DYNAMIC_DISPATCH(bf16_scores)(panels, width, count, query, out);
}
void widen_bf16(const uint16_t* values, size_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(widen_all)(values, count, out);
}

}  // namespace shortlist
#endif
