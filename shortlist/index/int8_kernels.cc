#include "shortlist/index/int8_kernels.h"

#include <atomic>

#include "shortlist/math/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "shortlist/index/int8_kernels.cc"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Bytes = hn::CappedTag<uint8_t, 32>;
using SignedBytes = hn::RebindToSigned<Bytes>;
using Words = hn::RepartitionToWide<SignedBytes>;
using Sums = hn::RepartitionToWide<Words>;
using Sum = hn::Vec<Sums>;
constexpr Bytes kBytes;
constexpr SignedBytes kSignedBytes;
constexpr Words kWords;
constexpr Sums kSums;
constexpr size_t kBlock = HWY_MIN(size_t{32}, HWY_LANES(uint8_t));

// Adds the products of four neighbouring codes to each lane.
struct Plain {
  static HWY_INLINE Sum add(Sum sum, hn::Vec<Bytes> codes, hn::Vec<SignedBytes> query) {
    const auto words = hn::BitCast(kWords, codes), query_words = hn::BitCast(kWords, query);
    const auto even = hn::And(words, hn::Set(kWords, 0xff));
    const auto odd =
        hn::BitCast(kWords, hn::ShiftRight<8>(hn::BitCast(hn::RebindToUnsigned<Words>(), codes)));
    const auto query_even = hn::ShiftRight<8>(hn::ShiftLeft<8>(query_words));
    const auto query_odd = hn::ShiftRight<8>(query_words);
#if HWY_ARCH_X86
    Sum none = hn::Zero(kSums);  // x86 has both neighbours' products in one sum
    sum = hn::ReorderWidenMulAccumulate(kSums, even, query_even, sum, none);
    return hn::ReorderWidenMulAccumulate(kSums, odd, query_odd, sum, none);
#else
    // A product is within 255 * 128, which 16 bits hold.
    for (const auto product : {hn::Mul(even, query_even), hn::Mul(odd, query_odd)}) {
      const Sum pairs = hn::BitCast(kSums, product);
      sum = hn::Add(sum, hn::Add(hn::ShiftRight<16>(pairs), hn::ShiftRight<16>(hn::ShiftLeft<16>(pairs))));
    }
    return sum;
#endif
  }
};

#if HWY_TARGET == HWY_AVX3
// By hand, because Highway 1.0.3 has no such operation.
struct Vnni {
  static HWY_INLINE Sum add(Sum sum, hn::Vec<Bytes> codes, hn::Vec<SignedBytes> query) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sum.raw) : "v"(codes.raw), "v"(query.raw));
    return sum;
  }
};
#else
using Vnni = Plain;
#endif

template <class Arithmetic, size_t kRows>
HWY_INLINE void rows_products(const uint8_t* const (&row)[kRows], size_t stride, const int8_t* query,
                              int32_t* out) {
  Sum sums[kRows];
#pragma GCC unroll 8
  for (size_t r = 0; r < kRows; ++r) sums[r] = hn::Zero(kSums);
  for (size_t j = 0; j < stride; j += kBlock) {
    const auto q = hn::LoadU(kSignedBytes, query + j);
#pragma GCC unroll 8
    for (size_t r = 0; r < kRows; ++r) sums[r] = Arithmetic::add(sums[r], hn::LoadU(kBytes, row[r] + j), q);
  }
#pragma GCC unroll 8
  for (size_t r = 0; r < kRows; ++r) out[r] = hn::GetLane(hn::SumOfLanes(kSums, sums[r]));
}

template <class Arithmetic>
HWY_INLINE void all_products(const uint8_t* rows, size_t stride, const int8_t* query, const uint32_t* ids,
                             size_t count, int32_t* out) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const uint8_t* const row[4] = {rows + ids[i] * stride, rows + ids[i + 1] * stride,
                                   rows + ids[i + 2] * stride, rows + ids[i + 3] * stride};
    rows_products<Arithmetic>(row, stride, query, out + i);
  }
  for (; i < count; ++i) {
    const uint8_t* const row[1] = {rows + ids[i] * stride};
    rows_products<Arithmetic>(row, stride, query, out + i);
  }
}

void products_plain(const uint8_t* rows, size_t stride, const int8_t* query, const uint32_t* ids,
                    size_t count, int32_t* out) {
  all_products<Plain>(rows, stride, query, ids, count, out);
}
void products_vnni(const uint8_t* rows, size_t stride, const int8_t* query, const uint32_t* ids, size_t count,
                   int32_t* out) {
  all_products<Vnni>(rows, stride, query, ids, count, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shortlist {
namespace {

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

void int8_products(const uint8_t* rows, size_t stride, const int8_t* query, const uint32_t* ids, size_t count,
                   int32_t* out) {
  if (use_vnni()) {
    HWY_DYNAMIC_DISPATCH(products_vnni)(rows, stride, query, ids, count, out);
  } else {
    HWY_DYNAMIC_DISPATCH(products_plain)(rows, stride, query, ids, count, out);
  }
}

}  // namespace shortlist
#endif
