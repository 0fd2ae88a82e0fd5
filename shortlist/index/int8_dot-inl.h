// Sums of products of unsigned candidate codes and signed query codes, four adjacent ones per 32-bit lane,
// for vectors of up to kBytes bytes. Only inside Highway's foreach_target.
#if defined(SHORTLIST_INDEX_INT8_DOT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SHORTLIST_INDEX_INT8_DOT_INL_H_
#undef SHORTLIST_INDEX_INT8_DOT_INL_H_
#else
#define SHORTLIST_INDEX_INT8_DOT_INL_H_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <size_t kMostBytes>
struct Int8Vectors {
  using Bytes = hn::CappedTag<uint8_t, kMostBytes>;
  using SignedBytes = hn::RebindToSigned<Bytes>;
  using Words = hn::RepartitionToWide<SignedBytes>;
  using UnsignedWords = hn::RebindToUnsigned<Words>;
  using Sums = hn::RepartitionToWide<Words>;
  static constexpr size_t kBytes = HWY_MIN(kMostBytes, HWY_LANES(uint8_t));
  static constexpr size_t kSums = kBytes / 4;

  using Codes = hn::Vec<Bytes>;
  using QueryCodes = hn::Vec<SignedBytes>;
  using Sum = hn::Vec<Sums>;

  static HWY_INLINE Codes load(const uint8_t* from) { return hn::LoadU(Bytes(), from); }
  static HWY_INLINE QueryCodes load(const int8_t* from) { return hn::LoadU(SignedBytes(), from); }
  // Four codes of the query, repeated in every lane.
  static HWY_INLINE QueryCodes repeat(const int8_t* from) {
    int32_t four;
    __builtin_memcpy(&four, from, sizeof four);
    return hn::BitCast(SignedBytes(), hn::Set(Sums(), four));
  }
  static HWY_INLINE Sum zero() { return hn::Zero(Sums()); }

  // For any processor.
  struct Plain {
    static HWY_INLINE Sum add(Sum sum, Codes codes, QueryCodes query) {
      const auto words = hn::BitCast(Words(), codes), query_words = hn::BitCast(Words(), query);
      const auto even = hn::And(words, hn::Set(Words(), 0xff));
      const auto odd = hn::BitCast(Words(), hn::ShiftRight<8>(hn::BitCast(UnsignedWords(), codes)));
      const auto query_even = hn::ShiftRight<8>(hn::ShiftLeft<8>(query_words));
      const auto query_odd = hn::ShiftRight<8>(query_words);
#if HWY_ARCH_X86
      Sum none = zero();  // on x86 both products of a pair are in one sum
      sum = hn::ReorderWidenMulAccumulate(Sums(), even, query_even, sum, none);
      return hn::ReorderWidenMulAccumulate(Sums(), odd, query_odd, sum, none);
#else
      return add_pairs(add_pairs(sum, hn::Mul(even, query_even)), hn::Mul(odd, query_odd));
#endif
    }
    // A product is at most 255 * 128, which fits into 16 bits.
    static HWY_INLINE Sum add_pairs(Sum sum, hn::Vec<Words> products) {
      const Sum pairs = hn::BitCast(Sums(), products);
      return hn::Add(sum, hn::Add(hn::ShiftRight<16>(pairs), hn::ShiftRight<16>(hn::ShiftLeft<16>(pairs))));
    }
  };

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  // Written by hand, because Highway 1.0.3 does not have this operation. Newer versions have targets beyond
  // AVX3, which have lower numbers.
  struct Vnni {
    static HWY_INLINE Sum add(Sum sum, Codes codes, QueryCodes query) {
      asm("vpdpbusd %2, %1, %0" : "+v"(sum.raw) : "v"(codes.raw), "v"(query.raw));
      return sum;
    }
  };
#else
  using Vnni = Plain;
#endif
};

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#endif  // SHORTLIST_INDEX_INT8_DOT_INL_H_
