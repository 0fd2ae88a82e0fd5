#include "shortlist/index/panel_kernels.h"

#include <algorithm>

#include "shortlist/math/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "shortlist/index/panel_kernels.cc"
#include <hwy/foreach_target.h>

#include "shortlist/math/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {

// So many sums run side by side that one's additions fill the wait for another's: all of a panel's, or where
// a vector is short a part of them.
constexpr size_t kSums = HWY_MIN(kPanelCandidates / kLanes, 8), kPart = kSums * kLanes;
using Bits = hn::RebindToUnsigned<Floats>;

// A bfloat16 is the upper half of a float32.
struct Pair {
  Vector even, odd;
};
HWY_INLINE Pair load_pair(const uint16_t* from) {
  constexpr Bits d;
  const auto both = hn::LoadU(d, reinterpret_cast<const uint32_t*>(from));
  return {hn::BitCast(kFloats, hn::ShiftLeft<16>(both)),
          hn::BitCast(kFloats, hn::And(both, hn::Set(d, 0xffff0000u)))};
}

HWY_INLINE void add_products(const float* panel, size_t width, const float* query, Vector (&sums)[kSums]) {
  for (size_t k = 0; k < width; ++k, panel += kPanelCandidates) {
    const Vector q = set(query[k]);
#pragma GCC unroll 8
    for (size_t v = 0; v < kSums; ++v)
      sums[v] = hn::MulAdd(q, hn::LoadU(kFloats, panel + v * kLanes), sums[v]);
  }
}

HWY_INLINE void add_products(const uint16_t* panel, size_t width, const float* query, Vector (&sums)[kSums]) {
  size_t k = 0;
  for (; k + 2 <= width; k += 2, panel += 2 * kPanelCandidates) {
    const Vector even = set(query[k]), odd = set(query[k + 1]);
#pragma GCC unroll 8
    for (size_t v = 0; v < kSums; ++v) {
      const Pair pair = load_pair(panel + 2 * v * kLanes);
      sums[v] = hn::MulAdd(odd, pair.odd, hn::MulAdd(even, pair.even, sums[v]));
    }
  }
  if (k == width) return;
#pragma GCC unroll 8
  for (size_t v = 0; v < kSums; ++v)
    sums[v] = hn::MulAdd(set(query[k]), load_pair(panel + 2 * v * kLanes).even, sums[v]);
}

// `step`: of the panel's values from one part's first to the next part's.
template <typename Value>
HWY_INLINE void score_all(const Value* panels, size_t size, size_t step, size_t width, size_t count,
                          const float* query, float* out) {
  for (size_t p = 0; p < count; ++p) {
#pragma GCC unroll 2
    for (size_t part = 0; part < kPanelCandidates / kPart; ++part, out += kPart) {
      Vector sums[kSums];
#pragma GCC unroll 8
      for (Vector& sum : sums) sum = zero();
      add_products(panels + p * size + part * step, width, query, sums);
#pragma GCC unroll 8
      for (size_t v = 0; v < kSums; ++v) hn::StoreU(sums[v], kFloats, out + v * kLanes);
    }
  }
}

void scores(const float* panels, size_t width, size_t count, const float* query, float* out) {
  score_all(panels, width * kPanelCandidates, kPart, width, count, query, out);
}
void bf16_scores(const uint16_t* panels, size_t width, size_t count, const float* query, float* out) {
  score_all(panels, (width + 1) / 2 * 2 * kPanelCandidates, 2 * kPart, width, count, query, out);
}

// Four rows become four vectors of their elements k to k + 3.
using Four = hn::FixedTag<float, 4>;
HWY_INLINE void transpose(const float* const* rows, size_t k, hn::Vec<Four> (&columns)[4]) {
  constexpr Four d;
  const auto a = hn::LoadU(d, rows[0] + k), b = hn::LoadU(d, rows[1] + k);
  const auto c = hn::LoadU(d, rows[2] + k), e = hn::LoadU(d, rows[3] + k);
  const auto low = hn::InterleaveLower(d, a, b), next_low = hn::InterleaveLower(d, c, e);
  const auto high = hn::InterleaveUpper(d, a, b), next_high = hn::InterleaveUpper(d, c, e);
  columns[0] = hn::ConcatLowerLower(d, next_low, low);
  columns[1] = hn::ConcatUpperUpper(d, next_low, low);
  columns[2] = hn::ConcatLowerLower(d, next_high, high);
  columns[3] = hn::ConcatUpperUpper(d, next_high, high);
}

// out[kRows]: the products of the query and so many rows, of which four take a vector's lanes.
template <size_t kRows>
HWY_INLINE void score_rows(const float* const* rows, size_t width, const float* query, float* out) {
  constexpr Four d;
  hn::Vec<Four> sums[kRows / 4];
#pragma GCC unroll 4
  for (auto& sum : sums) sum = hn::Zero(d);
  size_t k = 0;
  for (; k + 4 <= width; k += 4) {
#pragma GCC unroll 4
    for (size_t r = 0; r < kRows; r += 4) {
      hn::Vec<Four> columns[4];
      transpose(rows + r, k, columns);
#pragma GCC unroll 4
      for (size_t j = 0; j < 4; ++j)
        sums[r / 4] = hn::MulAdd(hn::Set(d, query[k + j]), columns[j], sums[r / 4]);
    }
  }
  for (; k < width; ++k) {
#pragma GCC unroll 4
    for (size_t r = 0; r < kRows; r += 4) {
      const float column[] = {rows[r][k], rows[r + 1][k], rows[r + 2][k], rows[r + 3][k]};
      sums[r / 4] = hn::MulAdd(hn::Set(d, query[k]), hn::LoadU(d, column), sums[r / 4]);
    }
  }
#pragma GCC unroll 4
  for (size_t r = 0; r < kRows; r += 4) hn::StoreU(sums[r / 4], d, out + r);
}

void chosen_scores(const float* rows, size_t stride, size_t width, const float* query, const uint32_t* ids,
                   size_t count, float* out) {
  constexpr size_t kRows = 16;
  for (size_t i = 0; i < count; i += kRows) {
    const size_t some = std::min(kRows, count - i);
    const float* these[kRows];
    for (size_t r = 0; r < kRows; ++r) these[r] = rows + ids[i + std::min(r, some - 1)] * stride;
    float sums[kRows];
    if (some > 8) {
      score_rows<16>(these, width, query, sums);
    } else if (some > 4) {
      score_rows<8>(these, width, query, sums);
    } else {
      score_rows<4>(these, width, query, sums);
    }
    std::copy_n(sums, some, out + i);
  }
}

void widen(const uint16_t* panel, size_t width, float* out) {
  for (size_t k = 0; k < width; k += 2, panel += 2 * kPanelCandidates, out += 2 * kPanelCandidates) {
    for (size_t i = 0; i < kPanelCandidates; i += kLanes) {
      const Pair pair = load_pair(panel + 2 * i);
      hn::StoreU(pair.even, kFloats, out + i);
      if (k + 1 < width) hn::StoreU(pair.odd, kFloats, out + kPanelCandidates + i);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shortlist {

HWY_EXPORT(scores);
HWY_EXPORT(bf16_scores);
HWY_EXPORT(chosen_scores);
HWY_EXPORT(widen);

void panel_scores(const float* panels, size_t width, size_t count, const float* query, float* out) {
  HWY_DYNAMIC_DISPATCH(scores)(panels, width, count, query, out);
}
void panel_scores(const uint16_t* panels, size_t width, size_t count, const float* query, float* out) {
  HWY_DYNAMIC_DISPATCH(bf16_scores)(panels, width, count, query, out);
}
void row_scores(const float* rows, size_t stride, size_t width, const float* query, const uint32_t* ids,
                size_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(chosen_scores)(rows, stride, width, query, ids, count, out);
}
void widen_panel(const uint16_t* panel, size_t width, float* out) {
  HWY_DYNAMIC_DISPATCH(widen)(panel, width, out);
}

}  // namespace shortlist
#endif
