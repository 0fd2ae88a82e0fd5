#include "shortlist/index/int8_kernels.h"

#include <algorithm>
#include <atomic>

#include "shortlist/math/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "shortlist/index/int8_kernels.cc"
#include <hwy/foreach_target.h>

#include "shortlist/index/int8_dot-inl.h"

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
constexpr size_t kPanelVectors = 64 / OfPanels::kBytes;  // that hold four codes of 16 candidates

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

template <class Arithmetic, size_t kPanels>
HWY_INLINE void score_panels(const uint8_t* panels, size_t groups, const int8_t* high, const int8_t* low,
                             int32_t offset, float* out) {
  constexpr size_t kAhead = 8192;
  OfPanels::Sum highs[kPanels][kPanelVectors], lows[kPanels][kPanelVectors];
#pragma GCC unroll 16
  for (size_t i = 0; i < kPanels * kPanelVectors; ++i)
    highs[i / kPanelVectors][i % kPanelVectors] = lows[i / kPanelVectors][i % kPanelVectors] =
        OfPanels::zero();
  for (size_t g = 0; g < groups; ++g) {
    const auto query_high = OfPanels::repeat(high + 4 * g), query_low = OfPanels::repeat(low + 4 * g);
    // In the order in which memory lies, as panel_kernels.cc says.
#pragma GCC unroll 4
    for (size_t p = 0; p < kPanels; ++p) __builtin_prefetch(panels + (g * kPanels + p) * 64 + kAhead);
#pragma GCC unroll 4
    for (size_t p = 0; p < kPanels; ++p) {
#pragma GCC unroll 4
      for (size_t v = 0; v < kPanelVectors; ++v) {
        const auto codes = OfPanels::load(panels + (p * groups + g) * 64 + v * OfPanels::kBytes);
        highs[p][v] = Arithmetic::add(highs[p][v], codes, query_high);
        lows[p][v] = Arithmetic::add(lows[p][v], codes, query_low);
      }
    }
  }
#pragma GCC unroll 16
  for (size_t i = 0; i < kPanels * kPanelVectors; ++i) {
    const size_t p = i / kPanelVectors, v = i % kPanelVectors;
    store(hn::Add(hn::ShiftLeft<7>(highs[p][v]), lows[p][v]), offset, out + i * OfPanels::kSums);
  }
}

template <class Arithmetic>
HWY_INLINE void score_all_panels(Int8PanelsView panels, const int8_t* high, const int8_t* low, int32_t offset,
                                 float* out) {
  constexpr size_t kAtOnce = kPanelVectors == 1 ? 4 : 1;
  const size_t bytes = panels.groups * 64;
  size_t p = 0;
  for (; p + kAtOnce <= panels.count; p += kAtOnce)
    score_panels<Arithmetic, kAtOnce>(panels.data + p * bytes, panels.groups, high, low, offset,
                                      out + 16 * p);
  for (; p < panels.count; ++p)
    score_panels<Arithmetic, 1>(panels.data + p * bytes, panels.groups, high, low, offset, out + 16 * p);
}

// A tile of sums stays in registers: some queries by one panel, or by two where a panel is one vector.
template <class Arithmetic, size_t kQueries, size_t kPanels>
HWY_INLINE void multiply_tile(const uint8_t* panels, size_t groups, const int8_t* queries,
                              const int32_t* offsets, float* out, size_t out_stride) {
  constexpr size_t kVectors = kPanels * kPanelVectors;
  OfPanels::Sum sums[kQueries][kVectors];
#pragma GCC unroll 32
  for (size_t i = 0; i < kQueries * kVectors; ++i) sums[i / kVectors][i % kVectors] = OfPanels::zero();
  for (size_t g = 0; g < groups; ++g) {
    OfPanels::Codes codes[kVectors];
#pragma GCC unroll 4
    for (size_t v = 0; v < kVectors; ++v) {
      codes[v] = OfPanels::load(panels + ((v / kPanelVectors) * groups + g) * 64 +
                                v % kPanelVectors * OfPanels::kBytes);
    }
#pragma GCC unroll 12
    for (size_t q = 0; q < kQueries; ++q) {
      const auto query = OfPanels::repeat(queries + (q * groups + g) * 4);
#pragma GCC unroll 4
      for (size_t v = 0; v < kVectors; ++v) sums[q][v] = Arithmetic::add(sums[q][v], codes[v], query);
    }
  }
#pragma GCC unroll 32
  for (size_t i = 0; i < kQueries * kVectors; ++i) {
    const size_t q = i / kVectors, v = i % kVectors;
    store(sums[q][v], offsets[q], out + q * out_stride + v * OfPanels::kSums);
  }
}

template <class Arithmetic, size_t kPanels>
HWY_INLINE void multiply_panels(const uint8_t* panels, size_t groups, const int8_t* queries,
                                const int32_t* offsets, size_t count, float* out, size_t out_stride) {
  constexpr size_t kAtOnce = kPanelVectors == 1 ? 8 : 2;
  size_t q = 0;
  for (; q + kAtOnce <= count; q += kAtOnce) {
    multiply_tile<Arithmetic, kAtOnce, kPanels>(panels, groups, queries + q * groups * 4, offsets + q,
                                                out + q * out_stride, out_stride);
  }
  for (; q < count; ++q) {
    multiply_tile<Arithmetic, 1, kPanels>(panels, groups, queries + q * groups * 4, offsets + q,
                                          out + q * out_stride, out_stride);
  }
}

template <class Arithmetic>
HWY_INLINE void multiply_all(Int8PanelsView panels, const int8_t* queries, const int32_t* offsets,
                             size_t count, float* out, size_t out_stride) {
  constexpr size_t kAtOnce = kPanelVectors == 1 ? 2 : 1;
  const size_t bytes = panels.groups * 64;
  size_t p = 0;
  for (; p + kAtOnce <= panels.count; p += kAtOnce) {
    multiply_panels<Arithmetic, kAtOnce>(panels.data + p * bytes, panels.groups, queries, offsets, count,
                                         out + 16 * p, out_stride);
  }
  for (; p < panels.count; ++p) {
    multiply_panels<Arithmetic, 1>(panels.data + p * bytes, panels.groups, queries, offsets, count,
                                   out + 16 * p, out_stride);
  }
}

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

}  // namespace

bool use_vnni() { return vnni.load(std::memory_order_relaxed); }
void hide_vnni(bool hidden) { vnni.store(has_vnni() && !hidden, std::memory_order_relaxed); }

void int8_scores(const uint8_t* rows, size_t stride, const int8_t* query, int32_t offset, const uint32_t* ids,
                 size_t count, float* out) {
  const RowsTask task{rows, stride, query, offset};
  use_vnni() ? HWY_DYNAMIC_DISPATCH(rows_vnni)(task, ids, count, out)
             : HWY_DYNAMIC_DISPATCH(rows_plain)(task, ids, count, out);
}

void int8_panel_scores(Int8PanelsView panels, const int8_t* high, const int8_t* low, int32_t offset,
                       float* out) {
  use_vnni() ? HWY_DYNAMIC_DISPATCH(panels_vnni)(panels, high, low, offset, out)
             : HWY_DYNAMIC_DISPATCH(panels_plain)(panels, high, low, offset, out);
}

void int8_panel_products(Int8PanelsView panels, const int8_t* queries, const int32_t* offsets, size_t count,
                         float* out, size_t out_stride) {
  use_vnni() ? HWY_DYNAMIC_DISPATCH(products_vnni)(panels, queries, offsets, count, out, out_stride)
             : HWY_DYNAMIC_DISPATCH(products_plain)(panels, queries, offsets, count, out, out_stride);
}

}  // namespace shortlist
#endif
