// The operands of products. The packing of Panels is in product.cc, next to the kernels that read them.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>

#include "shortlist/math/matrix.h"

namespace shortlist {

// The precision to which the operands of a product are rounded; sums are float32. bf16 keeps 8 significant
// bits of each number; bf16x3 represents a number as the sum of two bfloat16, 16 bits. Both also fix the
// order of sums (math/tiles.h).
enum class Precision { float32, bf16x3, bf16 };

// Whether this processor supports products in this precision and computes them faster than in float32. Both
// do on matrix tiles (Intel's AMX) if the kernel lets this process use them; bf16 also does where AVX-512
// multiplies pairs of bfloat16 in the time of one float (AMD from Zen 4 on).
bool multiplies_in(Precision precision);

// A matrix that a product reads or writes: floats, or, for products in that precision, the bfloat16 values
// ("halves") that they are rounded to. A row's halves are contiguous in the first half of the row's memory;
// for bf16x3, the low ones are in its second half. Products then have nothing to round, and bf16 reads half
// as much memory.
template <class View, class Half>
struct Roundable {
  View matrix;
  Precision precision = Precision::float32;
  size_t low = 0;  // offset of a low half from its high half, in halves

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
  // `begin` must be even.
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

// The right operand B[K,N], packed for products of one precision in panels of kPanelColumns columns. The last
// panel is padded with zeros.
class Panels {
 public:
  static constexpr size_t kPanelColumns = 16;

  // Sets the size of the panels. Memory grows but never shrinks, so only the first step allocates.
  void resize(size_t inner, size_t columns, Precision precision = Precision::float32);
  Precision precision() const { return precision_; }
  size_t inner() const { return inner_; }      // K
  size_t columns() const { return columns_; }  // N
  size_t count() const { return (columns_ + kPanelColumns - 1) / kPanelColumns; }

  // Fills panels [begin, end) from b[N,K], for products with B = bᵀ. Different threads may fill different
  // panels.
  void pack_transposed(ConstMatrix b, size_t begin, size_t end);
  // Fills rows [begin, begin + b.rows) of B from b. With tiles, `begin` must be even and rows come in whole
  // pairs. Different threads may fill different rows.
  void pack_rows(ConstMatrix b, size_t begin);
  // Sets the size and fills all panels.
  void pack(ConstMatrix b, Precision precision = Precision::float32);
  void pack_transposed(ConstMatrix b, Precision precision = Precision::float32);
  // Column j is row rows[j] of b[N,K]. Sets the size and fills all panels.
  void pack_transposed(ConstMatrix b, std::span<const uint32_t> rows);

  // [K, kPanelColumns] in float32, otherwise tiles.
  float* panel(size_t index) { return data_.data() + index * panel_floats_; }
  const float* panel(size_t index) const { return data_.data() + index * panel_floats_; }

 private:
  template <typename RowOf>
  void pack_rows(size_t begin, size_t end, RowOf row_of);

  Precision precision_ = Precision::float32;
  size_t inner_ = 0, columns_ = 0, panel_floats_ = 0;
  Buffer data_;
};

// Operations on a finished element of C while it is in a register, in this order.
struct Epilogue {
  const float* bias = nullptr;  // [N], added to every row
  bool relu = false;            // max(0, x)
  Operand positive;             // optional, [M,N]: result is 0 where this is not > 0 (gradient of a ReLU)

  bool gated() const { return positive.matrix.data != nullptr; }
  // Restricted to rows [begin, end), or to `count` columns starting at `begin`.
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
  size_t begin = 0, end = SIZE_MAX;  // end is clamped to the number of panels
};

}  // namespace shortlist
