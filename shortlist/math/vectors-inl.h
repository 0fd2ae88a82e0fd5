// Shared by the vectorised files of this module; compiled once for each target (Highway's foreach_target).
#if defined(SHORTLIST_MATH_VECTORS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SHORTLIST_MATH_VECTORS_INL_H_
#undef SHORTLIST_MATH_VECTORS_INL_H_
#else
#define SHORTLIST_MATH_VECTORS_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::CappedTag<float, 16>;
using Ints = hn::RebindToSigned<Floats>;
using Vector = hn::Vec<Floats>;
constexpr Floats kFloats;
constexpr Ints kInts;
constexpr size_t kLanes = HWY_MIN(size_t{16}, HWY_LANES(float));

HWY_INLINE Vector set(float x) { return hn::Set(kFloats, x); }
HWY_INLINE Vector zero() { return hn::Zero(kFloats); }

// Loads the first `count` lanes (at most kLanes), with zeros after them; reads nothing past them.
HWY_INLINE Vector load_first(const float* from, size_t count) {
  if (count >= kLanes) return hn::LoadU(kFloats, from);
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN float lanes[kLanes] = {};
  for (size_t i = 0; i < count; ++i) lanes[i] = from[i];
  return hn::Load(kFloats, lanes);
#else
  return hn::MaskedLoad(hn::FirstN(kFloats, count), kFloats, from);
#endif
}

// Stores the first `count` lanes (at most kLanes) and writes nothing past them.
HWY_INLINE void store_first(Vector v, float* to, size_t count) {
  if (count >= kLanes) return hn::StoreU(v, kFloats, to);
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN float lanes[kLanes];
  hn::Store(v, kFloats, lanes);
  for (size_t i = 0; i < count; ++i) to[i] = lanes[i];
#else
  hn::BlendedStore(v, hn::FirstN(kFloats, count), kFloats, to);
#endif
}

// x clamped to the bound; NaN stays NaN. If either operand is NaN, x86 returns the second and ARM returns the
// number.
HWY_INLINE Vector at_least(Vector bound, Vector x) {
#if HWY_ARCH_X86
  return hn::Max(bound, x);
#else
  return hn::IfThenElse(hn::Lt(x, bound), bound, x);
#endif
}
HWY_INLINE Vector at_most(Vector bound, Vector x) {
#if HWY_ARCH_X86
  return hn::Min(bound, x);
#else
  return hn::IfThenElse(hn::Gt(x, bound), bound, x);
#endif
}

// Transposes four rows of four; the resulting rows are `stride` apart.
HWY_INLINE void transpose_four(const float* const (&rows)[4], size_t k, float* out, size_t stride) {
  constexpr hn::FixedTag<float, 4> d;
  const auto a = hn::LoadU(d, rows[0] + k), b = hn::LoadU(d, rows[1] + k);
  const auto c = hn::LoadU(d, rows[2] + k), e = hn::LoadU(d, rows[3] + k);
  const auto low = hn::InterleaveLower(d, a, b), next_low = hn::InterleaveLower(d, c, e);
  const auto high = hn::InterleaveUpper(d, a, b), next_high = hn::InterleaveUpper(d, c, e);
  hn::Store(hn::ConcatLowerLower(d, next_low, low), d, out);
  hn::Store(hn::ConcatUpperUpper(d, next_low, low), d, out + stride);
  hn::Store(hn::ConcatLowerLower(d, next_high, high), d, out + 2 * stride);
  hn::Store(hn::ConcatUpperUpper(d, next_high, high), d, out + 3 * stride);
}

// The position of a pass: kLanes elements starting at `i`, or the last `count` of them.
struct Whole {
  size_t i;
  HWY_INLINE Vector load(const float* from) const { return hn::LoadU(kFloats, from + i); }
  HWY_INLINE void store(Vector v, float* to) const { hn::StoreU(v, kFloats, to + i); }
  HWY_INLINE Vector only(Vector v) const { return v; }
};
struct Part {
  size_t i, count;
  HWY_INLINE Vector load(const float* from) const { return load_first(from + i, count); }
  HWY_INLINE void store(Vector v, float* to) const { store_first(v, to + i, count); }
  // Sets the lanes past the end to zero.
  HWY_INLINE Vector only(Vector v) const { return hn::IfThenElseZero(hn::FirstN(kFloats, count), v); }
};

// Calls step(at) for all of [begin, end), one vector at a time.
template <class Step>
HWY_INLINE void for_vectors(size_t begin, size_t end, Step step) {
  size_t i = begin;
  for (; i + kLanes <= end; i += kLanes) step(Whole{i});
  if (i < end) step(Part{i, end - i});
}

// Calls run(places) for all columns of [begin, end), kGroup vectors at a time: a loop over the rows then
// keeps per-column values in registers and reads each row in contiguous pieces.
constexpr size_t kGroup = 4;
template <size_t kCount, class At>
struct Places {
  At at[kCount];
};
template <class Run>
HWY_INLINE void for_column_groups(size_t begin, size_t end, Run run) {
  size_t c = begin;
  for (; c + kGroup * kLanes <= end; c += kGroup * kLanes) {
    run(Places<kGroup, Whole>{{{c}, {c + kLanes}, {c + 2 * kLanes}, {c + 3 * kLanes}}});
  }
  for (; c + kLanes <= end; c += kLanes) run(Places<1, Whole>{{{c}}});
  if (c < end) run(Places<1, Part>{{{c, end - c}}});
}

// Sums (and similar) run in kSumLanes lanes, element i in lane i % kSumLanes, whatever the vector width.
constexpr size_t kSumLanes = 16, kSumVectors = kSumLanes / kLanes;

// Reduces kSumLanes to one value: joins lanes j and j + 8, then j + 4, j + 2, j + 1. Overwrites `lanes`.
template <class Join>
HWY_INLINE float join_lanes(Vector (&lanes)[kSumVectors], Join join) {
  for (size_t half = kSumVectors / 2; half > 0; half /= 2) {
    for (size_t v = 0; v < half; ++v) lanes[v] = join(lanes[v], lanes[v + half]);
  }
  HWY_ALIGN float value[kLanes];
  hn::Store(lanes[0], kFloats, value);
  for (size_t half = kLanes / 2; half > 0; half /= 2) {
    for (size_t j = 0; j < half; ++j) value[j] = join(value[j], value[j + half]);
  }
  return value[0];
}

struct Sum {
  HWY_INLINE Vector operator()(Vector a, Vector b) const { return hn::Add(a, b); }
  HWY_INLINE float operator()(float a, float b) const { return a + b; }
};
// The larger; `a` unless b is greater, so a NaN in b is skipped.
struct Larger {
#if HWY_ARCH_X86
  HWY_INLINE Vector operator()(Vector a, Vector b) const { return hn::Max(b, a); }  // x86's rule for NaN
#else
  HWY_INLINE Vector operator()(Vector a, Vector b) const { return hn::IfThenElse(hn::Gt(b, a), b, a); }
#endif
  HWY_INLINE float operator()(float a, float b) const { return b > a ? b : a; }
};

// lanes = step(at, lanes) for all of [0, n), starting from the given `lanes`.
template <class Step>
HWY_INLINE void for_sum_lanes(size_t n, Vector (&lanes)[kSumVectors], Step step) {
  size_t i = 0;
  for (; i + kSumLanes <= n; i += kSumLanes) {
#pragma GCC unroll 4
    for (size_t v = 0; v < kSumVectors; ++v) lanes[v] = step(Whole{i + v * kLanes}, lanes[v]);
  }
#pragma GCC unroll 4
  for (size_t v = 0; v < kSumVectors; ++v, i += kLanes) {
    if (i < n) lanes[v] = step(Part{i, n - i < kLanes ? n - i : kLanes}, lanes[v]);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#endif  // SHORTLIST_MATH_VECTORS_INL_H_
