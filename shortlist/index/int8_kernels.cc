#include "shortlist/index/int8_kernels.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <type_traits>

#include "shortlist/index/int8.h"
#include "shortlist/math/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "shortlist/index/int8_kernels.cc"
#include <hwy/foreach_target.h>

#include "shortlist/index/int8_dot-inl.h"
#include "shortlist/index/panel_kernels.h"
#include "shortlist/math/vectors-inl.h"

#ifndef SHORTLIST_INDEX_INT8_KERNELS_CC_
#define SHORTLIST_INDEX_INT8_KERNELS_CC_
namespace shortlist {

struct RowsTask {
  const uint8_t* rows;
  size_t stride;
  const int8_t* query;
  int32_t offset;
};

}  // namespace shortlist
#endif

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {

using OfRows = Int8Vectors<32>;
using OfPanels = Int8Vectors<64>;
constexpr size_t kGroupBytes = 4 * kPanelCandidates;  // four codes of each candidate

template <class Arithmetic, size_t kRows>
HWY_INLINE void score_rows(const RowsTask& task, const uint32_t* ids, float* out) {
  const uint8_t* row[kRows];
  OfRows::Sum sums[kRows];
#pragma GCC unroll 4
  for (size_t r = 0; r < kRows; ++r) {
    row[r] = task.rows + ids[r] * task.stride;
    sums[r] = OfRows::zero();
  }
  for (size_t j = 0; j < task.stride; j += OfRows::kBytes) {
    const auto query = OfRows::load(task.query + j);
#pragma GCC unroll 4
    for (size_t r = 0; r < kRows; ++r) sums[r] = Arithmetic::add(sums[r], OfRows::load(row[r] + j), query);
  }
#pragma GCC unroll 4
  for (size_t r = 0; r < kRows; ++r)
    out[r] = static_cast<float>(hn::GetLane(hn::SumOfLanes(OfRows::Sums(), sums[r])) - task.offset);
}

template <class Arithmetic>
HWY_INLINE void score_all_rows(const RowsTask& task, const uint32_t* ids, size_t count, float* out) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) score_rows<Arithmetic, 4>(task, ids + i, out + i);
  for (; i < count; ++i) score_rows<Arithmetic, 1>(task, ids + i, out + i);
}

HWY_INLINE void store(OfPanels::Sum sum, int32_t offset, float* out) {
  const OfPanels::Sums d;
  hn::StoreU(hn::ConvertTo(hn::Rebind<float, OfPanels::Sums>(), hn::Sub(sum, hn::Set(d, offset))),
             hn::Rebind<float, OfPanels::Sums>(), out);
}

// The sums of a panel (for short vectors, of a part of it) stay in registers.
constexpr size_t kOneVectors = 4, kOnePart = kOneVectors * OfPanels::kBytes;

template <class Arithmetic>
HWY_INLINE void score_part(const uint8_t* codes, size_t groups, const int8_t* high, const int8_t* low,
                           int32_t offset, float* out) {
  OfPanels::Sum highs[kOneVectors], lows[kOneVectors];
#pragma GCC unroll 4
  for (size_t v = 0; v < kOneVectors; ++v) highs[v] = lows[v] = OfPanels::zero();
  for (size_t g = 0; g < groups; ++g, codes += kGroupBytes) {
    const auto query_high = OfPanels::repeat(high + 4 * g), query_low = OfPanels::repeat(low + 4 * g);
#pragma GCC unroll 4
    for (size_t v = 0; v < kOneVectors; ++v) {
      const auto these = OfPanels::load(codes + v * OfPanels::kBytes);
      highs[v] = Arithmetic::add(highs[v], these, query_high);
      lows[v] = Arithmetic::add(lows[v], these, query_low);
    }
  }
#pragma GCC unroll 4
  for (size_t v = 0; v < kOneVectors; ++v)
    store(hn::Add(hn::ShiftLeft<7>(highs[v]), lows[v]), offset, out + v * OfPanels::kSums);
}

template <class Arithmetic>
HWY_INLINE void score_all_panels(Int8PanelsView panels, const int8_t* high, const int8_t* low, int32_t offset,
                                 float* out) {
  for (size_t p = 0; p < panels.count; ++p) {
    const uint8_t* const codes = panels.data + p * panels.groups * kGroupBytes;
    for (size_t part = 0; part < kGroupBytes; part += kOnePart, out += kOnePart / 4)
      score_part<Arithmetic>(codes + part, panels.groups, high, low, offset, out);
  }
}

// A tile of sums stays in registers: a few queries by a panel or, for short vectors, a part of it.
constexpr size_t kManyVectors = OfPanels::kBytes == 64 ? 4 : 2, kManyPart = kManyVectors * OfPanels::kBytes;
constexpr size_t kManyQueries = OfPanels::kBytes == 64 ? 6 : 2;

template <class Arithmetic, size_t kQueries>
HWY_INLINE void multiply_tile(const uint8_t* codes, size_t groups, const int8_t* queries,
                              const int32_t* offsets, float* out, size_t out_stride) {
  OfPanels::Sum sums[kQueries][kManyVectors];
#pragma GCC unroll 32
  for (size_t i = 0; i < kQueries * kManyVectors; ++i)
    sums[i / kManyVectors][i % kManyVectors] = OfPanels::zero();
  for (size_t g = 0; g < groups; ++g, codes += kGroupBytes) {
    OfPanels::Codes these[kManyVectors];
#pragma GCC unroll 4
    for (size_t v = 0; v < kManyVectors; ++v) these[v] = OfPanels::load(codes + v * OfPanels::kBytes);
#pragma GCC unroll 12
    for (size_t q = 0; q < kQueries; ++q) {
      const auto query = OfPanels::repeat(queries + (q * groups + g) * 4);
#pragma GCC unroll 4
      for (size_t v = 0; v < kManyVectors; ++v) sums[q][v] = Arithmetic::add(sums[q][v], these[v], query);
    }
  }
#pragma GCC unroll 32
  for (size_t i = 0; i < kQueries * kManyVectors; ++i) {
    const size_t q = i / kManyVectors, v = i % kManyVectors;
    store(sums[q][v], offsets[q], out + q * out_stride + v * OfPanels::kSums);
  }
}

template <class Arithmetic>
HWY_INLINE void multiply_all(Int8PanelsView panels, const int8_t* queries, const int32_t* offsets,
                             size_t count, float* out, size_t out_stride) {
  const size_t groups = panels.groups;
  for (size_t part = 0; part < panels.count * kGroupBytes; part += kManyPart, out += kManyPart / 4) {
    const uint8_t* const codes = panels.data + part / kGroupBytes * groups * kGroupBytes + part % kGroupBytes;
    size_t q = 0;
    for (; q + kManyQueries <= count; q += kManyQueries) {
      multiply_tile<Arithmetic, kManyQueries>(codes, groups, queries + q * groups * 4, offsets + q,
                                              out + q * out_stride, out_stride);
    }
    for (; q < count; ++q)
      multiply_tile<Arithmetic, 1>(codes, groups, queries + q * groups * 4, offsets + q, out + q * out_stride,
                                   out_stride);
  }
}

Int8Encoding encode(const float* query, size_t width, int most, int8_t* high, int8_t* low) {
  Vector largest = zero(), squares = zero(), off_squares = zero();
  for_vectors(0, width, [&](auto at) HWY_ATTR { largest = Larger()(largest, hn::Abs(at.load(query))); });
  const auto limit = static_cast<float>(most);
  const float scale = hn::GetLane(hn::MaxOfLanes(kFloats, largest)) / limit, inverse = inverse_scale(scale);
  constexpr hn::Rebind<int8_t, Floats> kBytes;
  auto sum = hn::Zero(kInts);
  for_vectors(0, width, [&](auto at) HWY_ATTR {
    const Vector x = hn::Mul(at.load(query), set(inverse));
    const auto code = hn::NearestInt(hn::Clamp(x, set(-limit), set(limit)));
    const Vector off = hn::Sub(x, hn::ConvertTo(kFloats, code));
    squares = hn::MulAdd(x, x, squares);
    off_squares = hn::MulAdd(off, off, off_squares);
    sum = hn::Add(sum, code);
    auto upper = code;
    if (low != nullptr) {
      upper = hn::ShiftRight<7>(hn::Add(code, hn::Set(kInts, 64)));
      hn::StoreU(hn::DemoteTo(kBytes, hn::Sub(code, hn::ShiftLeft<7>(upper))), kBytes, low + at.i);
    }
    hn::StoreU(hn::DemoteTo(kBytes, upper), kBytes, high + at.i);
  });
  const float square = hn::GetLane(hn::SumOfLanes(kFloats, squares));
  const float off_square = hn::GetLane(hn::SumOfLanes(kFloats, off_squares));
  return {inverse == 0 ? 0 : scale, hn::GetLane(hn::SumOfLanes(kInts, sum)), std::sqrt(square),
          std::sqrt(off_square)};
}

constexpr bool kHasVnniCode = !std::is_same_v<OfRows::Vnni, OfRows::Plain>;
#if HWY_ARCH_X86
static_assert(kHasVnniCode == (HWY_TARGET <= HWY_AVX3),
              "every target with AVX-512 multiplies codes with VNNI");
#endif
bool has_vnni_code() { return kHasVnniCode; }

void rows_plain(const RowsTask& task, const uint32_t* ids, size_t count, float* out) {
  score_all_rows<OfRows::Plain>(task, ids, count, out);
}
void rows_vnni(const RowsTask& task, const uint32_t* ids, size_t count, float* out) {
  score_all_rows<OfRows::Vnni>(task, ids, count, out);
}
void panels_plain(Int8PanelsView panels, const int8_t* high, const int8_t* low, int32_t offset, float* out) {
  score_all_panels<OfPanels::Plain>(panels, high, low, offset, out);
}
void panels_vnni(Int8PanelsView panels, const int8_t* high, const int8_t* low, int32_t offset, float* out) {
  score_all_panels<OfPanels::Vnni>(panels, high, low, offset, out);
}
void products_plain(Int8PanelsView panels, const int8_t* queries, const int32_t* offsets, size_t count,
                    float* out, size_t out_stride) {
  multiply_all<OfPanels::Plain>(panels, queries, offsets, count, out, out_stride);
}
void products_vnni(Int8PanelsView panels, const int8_t* queries, const int32_t* offsets, size_t count,
                   float* out, size_t out_stride) {
  multiply_all<OfPanels::Vnni>(panels, queries, offsets, count, out, out_stride);
}

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shortlist {
namespace {

HWY_EXPORT(encode);
HWY_EXPORT(has_vnni_code);
HWY_EXPORT(rows_plain);
HWY_EXPORT(rows_vnni);
HWY_EXPORT(panels_plain);
HWY_EXPORT(panels_vnni);
HWY_EXPORT(products_plain);
HWY_EXPORT(products_vnni);

bool has_vnni() {
#if HWY_ARCH_X86
  return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

std::atomic<bool> vnni = has_vnni();

bool wants_vnni() { return vnni.load(std::memory_order_relaxed); }

}  // namespace

bool use_vnni() { return wants_vnni() && HWY_DYNAMIC_DISPATCH(has_vnni_code)(); }
void hide_vnni(bool hidden) { vnni.store(has_vnni() && !hidden, std::memory_order_relaxed); }

Int8Encoding int8_encode(std::span<const float> query, int most, int8_t* high, int8_t* low) {
  return HWY_DYNAMIC_DISPATCH(encode)(query.data(), query.size(), most, high, low);
}

void int8_scores(const uint8_t* rows, size_t stride, const int8_t* query, int32_t offset, const uint32_t* ids,
                 size_t count, float* out) {
  const RowsTask task{rows, stride, query, offset};
  wants_vnni() ? HWY_DYNAMIC_DISPATCH(rows_vnni)(task, ids, count, out)
               : HWY_DYNAMIC_DISPATCH(rows_plain)(task, ids, count, out);
}

void int8_panel_scores(Int8PanelsView panels, const int8_t* high, const int8_t* low, int32_t offset,
                       float* out) {
  wants_vnni() ? HWY_DYNAMIC_DISPATCH(panels_vnni)(panels, high, low, offset, out)
               : HWY_DYNAMIC_DISPATCH(panels_plain)(panels, high, low, offset, out);
}

void int8_panel_products(Int8PanelsView panels, const int8_t* queries, const int32_t* offsets, size_t count,
                         float* out, size_t out_stride) {
  wants_vnni() ? HWY_DYNAMIC_DISPATCH(products_vnni)(panels, queries, offsets, count, out, out_stride)
               : HWY_DYNAMIC_DISPATCH(products_plain)(panels, queries, offsets, count, out, out_stride);
}

}  // namespace shortlist
#endif
