// The operands of products. Panels' packing is in product.cc, beside the kernels that read them.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>

#include "shortlist/math/matrix.h"

namespace shortlist {

// What the operands of a product are rounded to; sums are float32. bf16 keeps 8 bits of each number, bf16x3
// the sum of two such, 16 bits. Both fix the order of sums too (math/tiles.h).
enum class Precision { float32, bf16x3, bf16 };

// Whether this processor multiplies so, and faster than in float32: both on matrix tiles (Intel's AMX), where
// the kernel gives them to this process; bf16 also where AVX-512 multiplies pairs of halves in the time of
// one float (AMD's, from Zen 4 on).
bool multiplies_in(Precision precision);

// What a product reads or writes: floats, or what each is rounded to, for products in that precision. Those
// are halves of floats, side by side in the first half of their row's room, and for bf16x3 the low ones in
// its second half. That leaves products nothing to round, and with bf16 half as much memory to go through.
template <class View, class Half>
struct Roundable {
  View matrix;
  Precision precision = Precision::float32;
  size_t low = 0;  // halves from a high one to its low one

  Roundable() = default;
  template <std::convertible_to<View> From>
  Roundable(const From& from, Precision rounded_to = Precision::float32)
      : matrix(from), precision(rounded_to), low(matrix.cols) {}

  bool rounded() const { return precision != Precision::float32; }
  size_t rows() const { return matrix.rows; }
  size_t cols() const { return matrix.cols; }
  Half* halves(size_t r) const { return reinterpret_cast<Half*>(matrix.row(r)); }

  Roundable slice(size_t begin, size_t end) const { return with(matrix.slice(begin, end)); }
  Roundable head(size_t count) const { return slice(0, count); }
  // `begin` even.
  Roundable columns(size_t begin, size_t count) const {
    return with(matrix.columns(rounded() ? begin / 2 : begin, count));
  }

 private:
  Roundable with(const View& part) const {
    Roundable other = *this;
    other.matrix = part;
    return other;
  }
};
using Operand = Roundable<ConstMatrix, const uint16_t>;
using Output = Roundable<Matrix, uint16_t>;

// The right operand B[K,N], packed for products of one precision in panels of kPanelColumns columns, the last
// one padded with zeros.
class Panels {
 public:
  static constexpr size_t kPanelColumns = 16;

  // Sizes the panels; memory grows but never shrinks, so a step after the first does not allocate.
  void resize(size_t inner, size_t columns, Precision precision = Precision::float32);
  Precision precision() const { return precision_; }
  size_t inner() const { return inner_; }      // K
  size_t columns() const { return columns_; }  // N
  size_t count() const { return (columns_ + kPanelColumns - 1) / kPanelColumns; }

  // Fills panels [begin, end) from b[N,K], for products with B = bᵀ. Different panels may be filled by
  // different threads.
  void pack_transposed(ConstMatrix b, size_t begin, size_t end);
  // Fills rows [begin, begin + b.rows) of B from b's; for tiles whole pairs of rows, `begin` even. Different
  // rows may be filled by different threads.
  void pack_rows(ConstMatrix b, size_t begin);
  // Size and fill all.
  void pack(ConstMatrix b, Precision precision = Precision::float32);
  void pack_transposed(ConstMatrix b, Precision precision = Precision::float32);
  // Column j is row rows[j] of b[N,K]; sizes and fills all.
  void pack_transposed(ConstMatrix b, std::span<const uint32_t> rows);

  // In float32 [K, kPanelColumns], else tiles.
  float* panel(size_t index) { return data_.data() + index * panel_floats_; }
  const float* panel(size_t index) const { return data_.data() + index * panel_floats_; }

 private:
  template <typename RowOf>
  void pack_rows(size_t begin, size_t end, RowOf row_of);

  Precision precision_ = Precision::float32;
  size_t inner_ = 0, columns_ = 0, panel_floats_ = 0;
  Buffer data_;
};

// What is done with a finished element of C while it is in a register, in this order.
struct Epilogue {
  const float* bias = nullptr;  // [N], added to every row
  bool relu = false;            // max(0, x)
  Operand positive;             // [M,N] or nothing: 0 where this is not > 0, the gradient of a ReLU

  bool gated() const { return positive.matrix.data != nullptr; }
  // Of rows [begin, end), or of `count` columns from `begin` on, alone.
  Epilogue slice(size_t begin, size_t end) const {
    Epilogue part = *this;
    if (gated()) part.positive = positive.slice(begin, end);
    return part;
  }
  Epilogue columns(size_t begin, size_t count) const {
    Epilogue part = *this;
    if (bias != nullptr) part.bias += begin;
    if (gated()) part.positive = positive.columns(begin, count);
    return part;
  }
};

// Panels [begin, end) of a right operand.
struct PanelRange {
  size_t begin = 0, end = SIZE_MAX;  // end is cut to the panels that there are
};

}  // namespace shortlist
