// Panels: the packed right operand of a product.
#include <algorithm>
#include <cstring>

#include "shortlist/math/product.h"
#include "shortlist/math/targets.h"
#include "shortlist/math/tiles.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "shortlist/math/pack_panels.cc"
#include <hwy/foreach_target.h>

#include "shortlist/math/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace shortlist {
namespace HWY_NAMESPACE {

// Fills a panel from up to 16 rows of `inner` floats; columns past the last row are zero.
void pack_panel_transposed(std::span<const float* const> rows, size_t inner, float* panel) {
  constexpr size_t kWidth = Panels::kPanelColumns;
  const size_t count = rows.size(), fours = inner / 4 * 4;
  for (size_t k = 0; k < fours; k += 4) {
    for (size_t j = 0; j + 4 <= count; j += 4) {
      transpose_four({rows[j], rows[j + 1], rows[j + 2], rows[j + 3]}, k, panel + k * kWidth + j, kWidth);
    }
  }
  for (size_t k = 0; k < inner; ++k) {
    for (size_t j = k < fours ? count / 4 * 4 : 0; j < kWidth; ++j) {
      panel[k * kWidth + j] = j < count ? rows[j][k] : 0;
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace shortlist
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shortlist {
namespace {

HWY_EXPORT(pack_panel_transposed);

void pack_panel(ConstMatrix b, size_t column, float* panel) {
  const size_t count = std::min(Panels::kPanelColumns, b.cols - column);
  for (size_t k = 0; k < b.rows; ++k, panel += Panels::kPanelColumns) {
    const float* from = b.row(k) + column;
    if (count == Panels::kPanelColumns) {
      std::memcpy(panel, from, Panels::kPanelColumns * sizeof(float));
    } else {
      std::fill(std::copy_n(from, count, panel), panel + Panels::kPanelColumns, 0.0f);
    }
  }
}

}  // namespace

void Panels::resize(size_t inner, size_t columns, Precision precision) {
  SHORTLIST_CHECK(multiplies_in(precision));
  precision_ = precision;
  inner_ = inner;
  columns_ = columns;
  panel_floats_ =
      precision == Precision::float32 ? inner * kPanelColumns : tile_panel_floats(inner, precision);
  data_.reserve(count() * panel_floats_);
}

void Panels::pack_rows(ConstMatrix b, size_t begin) {
  SHORTLIST_CHECK(begin + b.rows <= inner_ && b.cols == columns_);
  for (size_t p = 0; p < count(); ++p) {
    const size_t column = p * kPanelColumns;
    if (precision_ == Precision::float32) {
      pack_panel(b, column, panel(p) + begin * kPanelColumns);
    } else {
      const ConstMatrix part = b.columns(column, std::min(kPanelColumns, columns_ - column));
      pack_tile_panel(part, begin, inner_, precision_, panel(p));
    }
  }
}

template <typename RowOf>
void Panels::pack_rows(size_t begin, size_t end, RowOf row_of) {
  for (size_t p = begin; p < end; ++p) {
    const size_t first = p * kPanelColumns, count = std::min(kPanelColumns, columns_ - first);
    const float* rows[kPanelColumns];
    for (size_t j = 0; j < count; ++j) rows[j] = row_of(first + j);
    if (precision_ == Precision::float32) {
      HWY_DYNAMIC_DISPATCH(pack_panel_transposed)({rows, count}, inner_, panel(p));
    } else {
      pack_tile_panel_transposed({rows, count}, inner_, precision_, panel(p));
    }
  }
}

void Panels::pack_transposed(ConstMatrix b, size_t begin, size_t end) {
  SHORTLIST_CHECK(b.cols == inner_ && b.rows == columns_ && end <= count());
  pack_rows(begin, end, [&](size_t column) { return b.row(column); });
}

void Panels::pack_transposed(ConstMatrix b, std::span<const uint32_t> rows) {
  resize(b.cols, rows.size());
  pack_rows(0, count(), [&](size_t column) { return b.row(rows[column]); });
}

void Panels::pack(ConstMatrix b, Precision precision) {
  resize(b.rows, b.cols, precision);
  pack_rows(b, 0);
}

void Panels::pack_transposed(ConstMatrix b, Precision precision) {
  resize(b.cols, b.rows, precision);
  pack_transposed(b, 0, count());
}

}  // namespace shortlist
#endif
