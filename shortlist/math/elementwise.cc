#include "shortlist/math/elementwise.h"

#include <algorithm>
#include <limits>

#include "shortlist/base/random.h"
#include "shortlist/math/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "shortlist/math/elementwise.cc"
#include <hwy/foreach_target.h>

#include "shortlist/math/vectors-inl.h"

#ifndef SHORTLIST_MATH_ELEMENTWISE_CC_
#define SHORTLIST_MATH_ELEMENTWISE_CC_
namespace shortlist {

// State of the random numbers, constant for 2^32 of them.
struct DropoutBlock {
  uint32_t low, high;  // from the key and the upper half of the index
  uint32_t first;      // lower half of the first index
  uint32_t threshold;
  float scale;
  bool add;
};

}  // namespace shortlist
#endif

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {

void fill(std::span<float> out, float value) {
  for_vectors(0, out.size(), [&](auto at) HWY_ATTR { at.store(set(value), out.data()); });
}

void add(std::span<const float> x, std::span<float> out) {
  for_vectors(0, out.size(), [&](auto at) HWY_ATTR {
    at.store(hn::Add(at.load(out.data()), at.load(x.data())), out.data());
  });
}

void add_scaled(std::span<const float> x, float scale, std::span<float> out) {
  for_vectors(0, out.size(), [&](auto at) HWY_ATTR {
    at.store(hn::MulAdd(at.load(x.data()), set(scale), at.load(out.data())), out.data());
  });
}

void scale(std::span<float> out, float factor) {
  for_vectors(0, out.size(),
              [&](auto at) HWY_ATTR { at.store(hn::Mul(at.load(out.data()), set(factor)), out.data()); });
}

void multiply_add(std::span<const float> x, std::span<const float> y, std::span<float> out) {
  for_vectors(0, out.size(), [&](auto at) HWY_ATTR {
    at.store(hn::MulAdd(at.load(x.data()), at.load(y.data()), at.load(out.data())), out.data());
  });
}

HWY_INLINE void fill_lanes(Vector (&lanes)[kSumVectors], float value) {
  for (Vector& lane : lanes) lane = set(value);
}

float dot(std::span<const float> x, std::span<const float> y) {
  Vector lanes[kSumVectors];
  fill_lanes(lanes, 0);
  for_sum_lanes(x.size(), lanes, [&](auto at, Vector sum) HWY_ATTR {
    return hn::MulAdd(at.load(x.data()), at.load(y.data()), sum);
  });
  return join_lanes(lanes, Sum());
}

float sum(std::span<const float> x) {
  Vector lanes[kSumVectors];
  fill_lanes(lanes, 0);
  for_sum_lanes(x.size(), lanes,
                [&](auto at, Vector sum) HWY_ATTR { return hn::Add(sum, at.load(x.data())); });
  return join_lanes(lanes, Sum());
}

float sum_of_squares(std::span<const float> x) { return dot(x, x); }

float max(std::span<const float> x) {
  constexpr float kLowest = -std::numeric_limits<float>::infinity();
  // Enough independent chains to hide a comparison's latency.
  constexpr size_t kChains = 4 * kSumVectors, kBlock = kChains * kLanes;
  Vector chains[kChains];
  for (Vector& chain : chains) chain = set(kLowest);
  size_t i = 0;
  for (; i + kBlock <= x.size(); i += kBlock) {
#pragma GCC unroll 16
    for (size_t c = 0; c < kChains; ++c)
      chains[c] = Larger()(chains[c], hn::LoadU(kFloats, x.data() + i + c * kLanes));
  }
  for (; i + kLanes <= x.size(); i += kLanes)
    chains[0] = Larger()(chains[0], hn::LoadU(kFloats, x.data() + i));
  for (size_t c = kSumVectors; c < kChains; ++c)
    chains[c % kSumVectors] = Larger()(chains[c % kSumVectors], chains[c]);
  Vector lanes[kSumVectors];
  std::copy_n(chains, kSumVectors, lanes);
  float best = join_lanes(lanes, Larger());
  for (; i < x.size(); ++i) best = Larger()(best, x[i]);
  return best;
}

// Zero times a finite number is zero; times anything else it is NaN.
bool all_finite(std::span<const float> x) {
  Vector lanes[kSumVectors];
  fill_lanes(lanes, 0);
  for_sum_lanes(x.size(), lanes,
                [&](auto at, Vector sum) HWY_ATTR { return hn::MulAdd(at.load(x.data()), zero(), sum); });
  return join_lanes(lanes, Sum()) == 0;
}

void count_scores(std::span<const float> scores, float score, RankCount* count) {
  size_t i = 0;
  for (; i + kLanes <= scores.size(); i += kLanes) {
    const Vector v = hn::LoadU(kFloats, scores.data() + i);
    count->greater += hn::CountTrue(kFloats, hn::Gt(v, set(score)));
    count->equal += hn::CountTrue(kFloats, hn::Eq(v, set(score)));
  }
  for (; i < scores.size(); ++i) {
    count->greater += scores[i] > score;
    count->equal += scores[i] == score;
  }
}

// Sums term(r, at, sum so far) over the rows r in order, for the vectors of columns at each of `at`.
template <class Term>
HWY_INLINE void sum_columns(size_t rows, size_t begin, size_t end, std::span<float> out, Term term) {
  for_column_groups(begin, end, [&]<size_t kCount, class At>(const Places<kCount, At>& places) HWY_ATTR {
    Vector sum[kCount];
    for (Vector& s : sum) s = zero();
    for (size_t r = 0; r < rows; ++r) {
#pragma GCC unroll 4
      for (size_t v = 0; v < kCount; ++v) sum[v] = term(r, places.at[v], sum[v]);
    }
    for (size_t v = 0; v < kCount; ++v) places.at[v].store(sum[v], out.data());
  });
}

void column_sums(ConstMatrix x, std::span<const float> weight, size_t begin, size_t end,
                 std::span<float> out) {
  if (weight.empty()) {
    sum_columns(x.rows, begin, end, out,
                [&](size_t r, auto at, Vector sum) HWY_ATTR { return hn::Add(sum, at.load(x.row(r))); });
  } else {
    sum_columns(x.rows, begin, end, out, [&](size_t r, auto at, Vector sum) HWY_ATTR {
      return hn::MulAdd(set(weight[r]), at.load(x.row(r)), sum);
    });
  }
}

void column_square_sums(ConstMatrix x, std::span<const float> mean, std::span<const float> weight,
                        size_t begin, size_t end, std::span<float> out) {
  sum_columns(x.rows, begin, end, out, [&](size_t r, auto at, Vector sum) HWY_ATTR {
    const Vector difference = hn::Sub(at.load(x.row(r)), at.load(mean.data()));
    const Vector weighted = weight.empty() ? difference : hn::Mul(set(weight[r]), difference);
    return hn::MulAdd(weighted, difference, sum);
  });
}

void column_product_sums(ConstMatrix x, ConstMatrix y, size_t begin, size_t end, std::span<float> out) {
  sum_columns(x.rows, begin, end, out, [&](size_t r, auto at, Vector sum) HWY_ATTR {
    return hn::MulAdd(at.load(x.row(r)), at.load(y.row(r)), sum);
  });
}

using Bits = hn::Vec<hn::RebindToUnsigned<Floats>>;

// Random numbers i and following: Wellons's lowbias32 with a second key between its two rounds.
HWY_INLINE Bits random_bits(const DropoutBlock& block, size_t i) {
  const hn::RebindToUnsigned<Floats> d;
  Bits x = hn::Add(hn::Iota(d, block.first + static_cast<uint32_t>(i)), hn::Set(d, block.low));
  x = hn::Xor(x, hn::ShiftRight<16>(x));
  x = hn::Mul(x, hn::Set(d, 0x7feb352du));
  x = hn::Xor(hn::Xor(x, hn::ShiftRight<15>(x)), hn::Set(d, block.high));
  x = hn::Mul(x, hn::Set(d, 0x846ca68bu));
  return hn::Xor(x, hn::ShiftRight<16>(x));
}

void dropout_block(const DropoutBlock& block, std::span<const float> x, std::span<float> out) {
  const hn::RebindToUnsigned<Floats> d;
  const auto threshold = hn::Set(kInts, static_cast<int32_t>(block.threshold) - 1);
  const auto drop = [&](auto at, Bits bits) HWY_ATTR {
    const auto keep = hn::RebindMask(kFloats, hn::Gt(hn::BitCast(kInts, bits), threshold));
    const Vector kept = hn::IfThenElseZero(keep, hn::Mul(at.load(x.data()), set(block.scale)));
    at.store(block.add ? hn::Add(at.load(out.data()), kept) : kept, out.data());
  };
  // The lower halves of sixteen random numbers are used first, then the upper halves.
  constexpr size_t kHalf = kDropoutBlock / 2;
  size_t i = 0;
  for (; i + kDropoutBlock <= out.size(); i += kDropoutBlock) {
#pragma GCC unroll 4
    for (size_t j = 0; j < kHalf; j += kLanes) {
      const Bits bits = random_bits(block, i / 2 + j);
      drop(Whole{i + j}, hn::And(bits, hn::Set(d, 0xffffu)));
      drop(Whole{i + kHalf + j}, hn::ShiftRight<16>(bits));
    }
  }
  for (size_t j = 0; i + j < out.size() && j < kHalf; j += kLanes) {
    const Bits bits = random_bits(block, i / 2 + j);
    const size_t left = out.size() - i - j;
    drop(Part{i + j, HWY_MIN(left, kLanes)}, hn::And(bits, hn::Set(d, 0xffffu)));
    if (left > kHalf) drop(Part{i + kHalf + j, HWY_MIN(left - kHalf, kLanes)}, hn::ShiftRight<16>(bits));
  }
}

void adam(const AdamStep& step, std::span<const float> gradient, std::span<float> m, std::span<float> v,
          std::span<float> w) {
  const Vector rate = set(step.rate), epsilon = set(step.epsilon);
  const Vector new1 = set(1 - step.beta1), new2 = set(1 - step.beta2);
  for_vectors(0, w.size(), [&](auto at) HWY_ATTR {
    const Vector g = at.load(gradient.data()), old_m = at.load(m.data()), old_v = at.load(v.data());
    const Vector next_m = hn::MulAdd(new1, hn::Sub(g, old_m), old_m);
    const Vector next_v = hn::MulAdd(new2, hn::Sub(hn::Mul(g, g), old_v), old_v);
    at.store(next_m, m.data());
    at.store(next_v, v.data());
    const Vector move = hn::Div(hn::Mul(rate, next_m), hn::Add(hn::Sqrt(next_v), epsilon));
    at.store(hn::Sub(at.load(w.data()), move), w.data());
  });
}

void adagrad(float rate, float epsilon, std::span<const float> gradient, std::span<float> accumulator,
             std::span<float> w) {
  for_vectors(0, w.size(), [&](auto at) HWY_ATTR {
    const Vector g = at.load(gradient.data());
    const Vector sum = hn::MulAdd(g, g, at.load(accumulator.data()));
    at.store(sum, accumulator.data());
    const Vector move = hn::Div(hn::Mul(set(rate), g), hn::Sqrt(hn::Add(sum, set(epsilon))));
    at.store(hn::Sub(at.load(w.data()), move), w.data());
  });
}

void sgd(float rate, float momentum, bool nesterov, std::span<const float> gradient,
         std::span<float> velocity, std::span<float> w) {
  const Vector step = set(-rate), keep = set(momentum);
  if (momentum == 0) return add_scaled(gradient, -rate, w);
  for_vectors(0, w.size(), [&](auto at) HWY_ATTR {
    const Vector g = at.load(gradient.data());
    const Vector next = hn::MulAdd(step, g, hn::Mul(keep, at.load(velocity.data())));
    at.store(next, velocity.data());
    const Vector move = nesterov ? hn::MulAdd(step, g, hn::Mul(keep, next)) : next;
    at.store(hn::Add(at.load(w.data()), move), w.data());
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shortlist {

HWY_EXPORT(fill);
HWY_EXPORT(add);
HWY_EXPORT(add_scaled);
HWY_EXPORT(scale);
HWY_EXPORT(multiply_add);
HWY_EXPORT(dot);
HWY_EXPORT(sum);
HWY_EXPORT(sum_of_squares);
HWY_EXPORT(max);
HWY_EXPORT(all_finite);
HWY_EXPORT(count_scores);
HWY_EXPORT(column_sums);
HWY_EXPORT(column_square_sums);
HWY_EXPORT(column_product_sums);
HWY_EXPORT(dropout_block);
HWY_EXPORT(adam);
HWY_EXPORT(adagrad);
HWY_EXPORT(sgd);

void fill(std::span<float> out, float value) { HWY_DYNAMIC_DISPATCH(fill)(out, value); }
void add(std::span<const float> x, std::span<float> out) {
  SHORTLIST_CHECK(x.size() == out.size());
  HWY_DYNAMIC_DISPATCH(add)(x, out);
}
void add_scaled(std::span<const float> x, float scale, std::span<float> out) {
  SHORTLIST_CHECK(x.size() == out.size());
  HWY_DYNAMIC_DISPATCH(add_scaled)(x, scale, out);
}
void scale(std::span<float> out, float factor) { HWY_DYNAMIC_DISPATCH(scale)(out, factor); }
void multiply_add(std::span<const float> x, std::span<const float> y, std::span<float> out) {
  SHORTLIST_CHECK(x.size() == out.size() && y.size() == out.size());
  HWY_DYNAMIC_DISPATCH(multiply_add)(x, y, out);
}
float dot(std::span<const float> x, std::span<const float> y) {
  SHORTLIST_CHECK(x.size() == y.size());
  return HWY_DYNAMIC_DISPATCH(dot)(x, y);
}
float sum(std::span<const float> x) { return HWY_DYNAMIC_DISPATCH(sum)(x); }
float sum_of_squares(std::span<const float> x) { return HWY_DYNAMIC_DISPATCH(sum_of_squares)(x); }
float max(std::span<const float> x) { return HWY_DYNAMIC_DISPATCH(max)(x); }
bool all_finite(std::span<const float> x) { return HWY_DYNAMIC_DISPATCH(all_finite)(x); }

RankCount count_greater(std::span<const float> scores, float score) {
  RankCount count;
  HWY_DYNAMIC_DISPATCH(count_scores)(scores, score, &count);
  return count;
}

void column_sums(ConstMatrix x, std::span<const float> weight, size_t begin, size_t end,
                 std::span<float> out) {
  SHORTLIST_CHECK(end <= x.cols && out.size() >= end && (weight.empty() || weight.size() >= x.rows));
  HWY_DYNAMIC_DISPATCH(column_sums)(x, weight, begin, end, out);
}
void column_square_sums(ConstMatrix x, std::span<const float> mean, std::span<const float> weight,
                        size_t begin, size_t end, std::span<float> out) {
  SHORTLIST_CHECK(end <= x.cols && out.size() >= end && mean.size() >= end);
  SHORTLIST_CHECK(weight.empty() || weight.size() >= x.rows);
  HWY_DYNAMIC_DISPATCH(column_square_sums)(x, mean, weight, begin, end, out);
}
void column_product_sums(ConstMatrix x, ConstMatrix y, size_t begin, size_t end, std::span<float> out) {
  SHORTLIST_CHECK(end <= x.cols && end <= y.cols && out.size() >= end && y.rows >= x.rows);
  HWY_DYNAMIC_DISPATCH(column_product_sums)(x, y, begin, end, out);
}

void dropout(std::span<const float> x, uint64_t key, uint64_t first, uint32_t threshold, float scale,
             std::span<float> out, bool add) {
  SHORTLIST_CHECK(x.size() == out.size() && threshold <= 65536 && first % kDropoutBlock == 0);
  for (size_t done = 0; done < out.size();) {
    const uint64_t number = (first + done) / 2, bits = mix64(key + mix64(number >> 32));
    const size_t count =
        std::min<uint64_t>(out.size() - done, 2 * ((uint64_t{1} << 32) - (number & 0xffffffff)));
    const DropoutBlock block{static_cast<uint32_t>(bits),
                             static_cast<uint32_t>(bits >> 32),
                             static_cast<uint32_t>(number),
                             threshold,
                             scale,
                             add};
    HWY_DYNAMIC_DISPATCH(dropout_block)(block, x.subspan(done, count), out.subspan(done, count));
    done += count;
  }
}

void adam(const AdamStep& step, std::span<const float> gradient, std::span<float> m, std::span<float> v,
          std::span<float> w) {
  SHORTLIST_CHECK(gradient.size() == w.size() && m.size() == w.size() && v.size() == w.size());
  HWY_DYNAMIC_DISPATCH(adam)(step, gradient, m, v, w);
}
void adagrad(float rate, float epsilon, std::span<const float> gradient, std::span<float> accumulator,
             std::span<float> w) {
  SHORTLIST_CHECK(gradient.size() == w.size() && accumulator.size() == w.size());
  HWY_DYNAMIC_DISPATCH(adagrad)(rate, epsilon, gradient, accumulator, w);
}
void sgd(float rate, float momentum, bool nesterov, std::span<const float> gradient,
         std::span<float> velocity, std::span<float> w) {
  SHORTLIST_CHECK(gradient.size() == w.size() && (momentum == 0 || velocity.size() == w.size()));
  HWY_DYNAMIC_DISPATCH(sgd)(rate, momentum, nesterov, gradient, velocity, w);
}

}  // namespace shortlist
#endif
