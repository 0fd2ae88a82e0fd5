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

// The number of sums that run in parallel, to hide the latency of additions: those of one panel; for short
// vectors, of a part of it; for long vectors, half as many, or those of two panels.
constexpr size_t kSums = 8;
constexpr size_t kPanelSums = kPanelCandidates / kLanes, kPart = HWY_MIN(kSums, kPanelSums) * kLanes;
using Bits = hn::RebindToUnsigned<Floats>;

// A bfloat16 is the upper half of a float32.
struct Pair {
  Vector even, odd;
};
HWY_INLINE Pair load_pair(const uint16_t* from) {
  constexpr Bits d;
  auto both = hn::LoadU(d, reinterpret_cast<const uint32_t*>(from));
#if HWY_ARCH_X86
  asm("" : "+v"(both.raw));  // otherwise it is loaded twice, and loads are the bottleneck
#endif
  return {hn::BitCast(kFloats, hn::ShiftLeft<16>(both)),
          hn::BitCast(kFloats, hn::And(both, hn::Set(d, 0xffff0000u)))};
}

// `next`: offset of the next panel, which has the sums from kPanelSums on.
template <size_t kCount>
HWY_INLINE void add_products(const float* panel, size_t next, size_t width, const float* query,
                             Vector (&sums)[kCount]) {
  for (size_t k = 0; k < width; ++k, panel += kPanelCandidates) {
    const Vector q = set(query[k]);
#pragma GCC unroll 8
    for (size_t v = 0; v < kCount; ++v) {
      const float* const from = panel + v / kPanelSums * next + v % kPanelSums * kLanes;
      sums[v] = hn::MulAdd(q, hn::LoadU(kFloats, from), sums[v]);
    }
  }
}

template <size_t kCount>
HWY_INLINE void add_products(const uint16_t* panel, size_t next, size_t width, const float* query,
                             Vector (&sums)[kCount]) {
  const auto load = [&](size_t v) HWY_ATTR {
    return load_pair(panel + v / kPanelSums * next + 2 * (v % kPanelSums) * kLanes);
  };
  size_t k = 0;
  for (; k + 2 <= width; k += 2, panel += 2 * kPanelCandidates) {
    const Vector even = set(query[k]), odd = set(query[k + 1]);
#pragma GCC unroll 8
    for (size_t v = 0; v < kCount; ++v) {
      const Pair pair = load(v);
      sums[v] = hn::MulAdd(odd, pair.odd, hn::MulAdd(even, pair.even, sums[v]));
    }
  }
  if (k == width) return;
#pragma GCC unroll 8
  for (size_t v = 0; v < kCount; ++v) sums[v] = hn::MulAdd(set(query[k]), load(v).even, sums[v]);
}

template <size_t kCount, typename Value>
HWY_INLINE void score_part(const Value* panel, size_t next, size_t width, const float* query, float* out) {
  Vector sums[kCount];
#pragma GCC unroll 8
  for (Vector& sum : sums) sum = zero();
  add_products(panel, next, width, query, sums);
#pragma GCC unroll 8
  for (size_t v = 0; v < kCount; ++v) hn::StoreU(sums[v], kFloats, out + v * kLanes);
}

// `size`: of a panel; `step`: from the first value of one part to that of the next.
template <typename Value>
HWY_INLINE void score_all(const Value* panels, size_t size, size_t step, size_t width, size_t count,
                          const float* query, float* out) {
  for (size_t p = 0; p < count; ++p, panels += size) {
#pragma GCC unroll 2
    for (size_t part = 0; part < kPanelCandidates / kPart; ++part, out += kPart)
      score_part<kPart / kLanes>(panels + part * step, size, width, query, out);
  }
}

void scores(const float* panels, size_t width, size_t count, const float* query, float* out) {
  score_all(panels, width * kPanelCandidates, kPart, width, count, query, out);
}

void bf16_scores(const uint16_t* panels, size_t width, size_t count, bool near, const float* query,
                 float* out) {
  const size_t size = bf16_panel_size(width);
  if constexpr (kPanelSums < kSums) {
    constexpr size_t kTogether = kSums / kPanelSums, kCandidates = kTogether * kPanelCandidates;
    for (; near && count >= kTogether; count -= kTogether, panels += kTogether * size, out += kCandidates)
      score_part<kSums>(panels, size, width, query, out);
  }
  score_all(panels, size, 2 * kPart, width, count, query, out);
}

// Elements k to k + 3 of kRows rows, each row in a block of four lanes.
template <size_t kRows>
HWY_INLINE auto load_blocks(const float* const* rows, size_t k) {
  if constexpr (kRows == 1) {
    return hn::LoadU(hn::FixedTag<float, 4>(), rows[0] + k);
  } else {
    // Rows r and r + 4 are adjacent, so that all rows are in order after the transposition.
    return hn::Combine(hn::FixedTag<float, 4 * kRows>(), load_blocks<kRows / 2>(rows + 2 * kRows, k),
                       load_blocks<kRows / 2>(rows, k));
  }
}

// Rows that are scored together, one lane per row. Eight, because there are few rows, and a longer vector
// costs as much for eight as for sixteen.
using Rows = hn::CappedTag<float, 8>;
constexpr Rows kRowLanes;
constexpr size_t kRows = HWY_MIN(size_t{8}, HWY_LANES(float));
using RowVector = hn::Vec<Rows>;

// Transposes elements k to k + 3 of kRows rows into four vectors, one lane per row.
HWY_INLINE void load_transposed(const float* const* rows, size_t k, RowVector (&columns)[4]) {
  constexpr hn::RepartitionToWide<Rows> pairs;
  const RowVector a = load_blocks<kRows / 4>(rows, k), b = load_blocks<kRows / 4>(rows + 1, k);
  const RowVector c = load_blocks<kRows / 4>(rows + 2, k), d = load_blocks<kRows / 4>(rows + 3, k);
  const auto low = hn::BitCast(pairs, hn::InterleaveLower(kRowLanes, a, b));
  const auto high = hn::BitCast(pairs, hn::InterleaveUpper(kRowLanes, a, b));
  const auto next_low = hn::BitCast(pairs, hn::InterleaveLower(kRowLanes, c, d));
  const auto next_high = hn::BitCast(pairs, hn::InterleaveUpper(kRowLanes, c, d));
  columns[0] = hn::BitCast(kRowLanes, hn::InterleaveLower(pairs, low, next_low));
  columns[1] = hn::BitCast(kRowLanes, hn::InterleaveUpper(pairs, low, next_low));
  columns[2] = hn::BitCast(kRowLanes, hn::InterleaveLower(pairs, high, next_high));
  columns[3] = hn::BitCast(kRowLanes, hn::InterleaveUpper(pairs, high, next_high));
}

template <size_t kBlocks>
HWY_INLINE void add_four(const float* const* rows, size_t k, const float* query, RowVector (&sums)[kBlocks]) {
  RowVector q[4];
#pragma GCC unroll 4
  for (size_t j = 0; j < 4; ++j) q[j] = hn::Set(kRowLanes, query[k + j]);
#pragma GCC unroll 4
  for (size_t block = 0; block < kBlocks; ++block) {
    RowVector columns[4];
    load_transposed(rows + block * kRows, k, columns);
#pragma GCC unroll 4
    for (size_t j = 0; j < 4; ++j) sums[block] = hn::MulAdd(q[j], columns[j], sums[block]);
  }
}

// out[kBlocks * kRows]: the products of the query and that many rows. Blocks run in parallel, because each
// addition of a block waits for the previous one.
template <size_t kBlocks>
HWY_INLINE void score_rows(const float* const* rows, size_t width, const float* query, float* out) {
  RowVector sums[kBlocks];
#pragma GCC unroll 4
  for (RowVector& sum : sums) sum = hn::Zero(kRowLanes);
  size_t k = 0;
  for (; k + 8 <= width; k += 8) {
    asm("" : "+r"(rows));  // otherwise all addresses, more than there are registers, are read first
    add_four(rows, k, query, sums);
    add_four(rows, k + 4, query, sums);
  }
  for (; k + 4 <= width; k += 4) add_four(rows, k, query, sums);
  for (; k < width; ++k) {
    HWY_ALIGN float column[kBlocks * kRows];
    for (size_t r = 0; r < kBlocks * kRows; ++r) column[r] = rows[r][k];
#pragma GCC unroll 4
    for (size_t block = 0; block < kBlocks; ++block)
      sums[block] =
          hn::MulAdd(hn::Set(kRowLanes, query[k]), hn::Load(kRowLanes, column + block * kRows), sums[block]);
  }
#pragma GCC unroll 4
  for (size_t block = 0; block < kBlocks; ++block) hn::StoreU(sums[block], kRowLanes, out + block * kRows);
}

template <size_t kBlocks>
void score_chosen(const float* rows, size_t stride, size_t width, const float* query, const uint32_t* ids,
                  size_t count, float* out) {
  constexpr size_t kMost = kBlocks * kRows;
  const float* these[kMost];
  for (size_t r = 0; r < kMost; ++r) these[r] = rows + ids[std::min(r, count - 1)] * stride;
  float sums[kMost];
  score_rows<kBlocks>(these, width, query, sums);
  std::copy_n(sums, count, out);
}

void chosen_scores(const float* rows, size_t stride, size_t width, const float* query, const uint32_t* ids,
                   size_t count, float* out) {
  constexpr size_t kMost = 4 * kRows;
  constexpr decltype(&score_chosen<1>) kScore[] = {score_chosen<1>, score_chosen<2>, score_chosen<3>,
                                                   score_chosen<4>};
  for (size_t i = 0; i < count; i += kMost) {
    const size_t some = std::min(kMost, count - i);
    kScore[(some - 1) / kRows](rows, stride, width, query, ids + i, some, out + i);
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
void panel_scores(const uint16_t* panels, size_t width, size_t count, bool near, const float* query,
                  float* out) {
  HWY_DYNAMIC_DISPATCH(bf16_scores)(panels, width, count, near, query, out);
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
