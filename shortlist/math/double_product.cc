#include "shortlist/math/double_product.h"

#include <algorithm>

#include "shortlist/base/error.h"
#include "shortlist/math/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "shortlist/math/double_product.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::CappedTag<double, 8>;
constexpr Doubles kDoubles;
constexpr size_t kDoubleLanes = HWY_MIN(size_t{8}, HWY_LANES(double));

// kRows rows of C, two vectors wide.
template <int kRows>
HWY_INLINE void add_tile(const DoubleMatrix& a, size_t row, const double* HWY_RESTRICT b, double* c,
                         size_t c_stride) {
  constexpr size_t kWidth = DoublePanels::kPanelColumns;
  hn::Vec<Doubles> sums[kRows][2];
#pragma GCC unroll 6
  for (int i = 0; i < kRows; ++i) {
    sums[i][0] = hn::LoadU(kDoubles, c + i * c_stride);
    sums[i][1] = hn::LoadU(kDoubles, c + i * c_stride + kDoubleLanes);
  }
  const double* HWY_RESTRICT left = a.row(row);
  for (size_t k = 0; k < a.cols; ++k, b += kWidth) {
    const auto first = hn::LoadU(kDoubles, b), second = hn::LoadU(kDoubles, b + kDoubleLanes);
#pragma GCC unroll 6
    for (int i = 0; i < kRows; ++i) {
      const auto x = hn::Set(kDoubles, left[i * a.stride + k]);
      sums[i][0] = hn::MulAdd(x, first, sums[i][0]);
      sums[i][1] = hn::MulAdd(x, second, sums[i][1]);
    }
  }
#pragma GCC unroll 6
  for (int i = 0; i < kRows; ++i) {
    hn::StoreU(sums[i][0], kDoubles, c + i * c_stride);
    hn::StoreU(sums[i][1], kDoubles, c + i * c_stride + kDoubleLanes);
  }
}

// One row of a panel's `columns` columns, which may be fewer than a vector.
void add_row(const DoubleMatrix& a, size_t row, const double* b, double* c, size_t columns) {
  for (size_t j = 0; j < columns; ++j) {
    double sum = c[j];
    for (size_t k = 0; k < a.cols; ++k)
      sum = hn::GetLane(hn::MulAdd(hn::Set(kDoubles, a.row(row)[k]),
                                   hn::Set(kDoubles, b[k * DoublePanels::kPanelColumns + j]),
                                   hn::Set(kDoubles, sum)));
    c[j] = sum;
  }
}

void add_panels(const DoubleMatrix& a, const DoublePanels& b, const DoubleMatrix& c, size_t panels) {
  constexpr size_t kWidth = DoublePanels::kPanelColumns;
  for (size_t p = 0; p < panels; ++p) {
    const size_t columns = std::min(kWidth, b.columns() - p * kWidth);
    size_t row = 0;
    for (; columns == kWidth && row + 6 <= a.rows; row += 6) {
      for (size_t v = 0; v < kWidth; v += 2 * kDoubleLanes)
        add_tile<6>(a, row, b.panel(p) + v, c.row(row) + p * kWidth + v, c.stride);
    }
    for (; columns == kWidth && row < a.rows; ++row) {
      for (size_t v = 0; v < kWidth; v += 2 * kDoubleLanes)
        add_tile<1>(a, row, b.panel(p) + v, c.row(row) + p * kWidth + v, c.stride);
    }
    for (; row < a.rows; ++row) add_row(a, row, b.panel(p), c.row(row) + p * kWidth, columns);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shortlist {

HWY_EXPORT(add_panels);

void DoublePanels::resize(size_t inner, size_t columns) {
  inner_ = inner;
  columns_ = columns;
  data_.resize(count() * inner * kPanelColumns);
}

void DoublePanels::pack_transposed(const DoubleMatrix& b, size_t begin, size_t end) {
  for (size_t p = begin; p < end; ++p) {
    double* to = data_.data() + p * inner_ * kPanelColumns;
    for (size_t j = 0; j < kPanelColumns; ++j) {
      const size_t column = p * kPanelColumns + j;
      for (size_t k = 0; k < inner_; ++k) to[k * kPanelColumns + j] = column < columns_ ? b(column, k) : 0.0;
    }
  }
}

void add_product(const DoubleMatrix& a, const DoublePanels& b, const DoubleMatrix& c, size_t panels) {
  SHORTLIST_CHECK(a.cols == b.inner() && a.rows == c.rows && c.cols == b.columns() && panels <= b.count());
  HWY_DYNAMIC_DISPATCH(add_panels)(a, b, c, panels);
}

}  // namespace shortlist
#endif
