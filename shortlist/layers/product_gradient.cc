#include "shortlist/layers/product_gradient.h"

#include "shortlist/layers/row_parts.h"
#include "shortlist/layers/rows.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/math/product.h"

namespace shortlist {
namespace {

// Whole tiles of the product, for about 0.1 ms of work per task, and at least a few, since each task reads
// all of dy. Other precisions use more rows, since each task also rounds dy.
size_t gradient_rows_a_task(const Operand& dy, Precision precision) {
  if (precision != Precision::float32) return 256;
  constexpr size_t kMultiplyAddsATask = 12'000'000, kTileRows = 12, kFewestTiles = 4, kMostTiles = 8;
  const size_t a_tile = std::max<size_t>(1, dy.rows() / 2 * dy.cols() * kTileRows);
  return kTileRows * std::clamp<size_t>(kMultiplyAddsATask / a_tile, kFewestTiles, kMostTiles);
}

}  // namespace

size_t ProductGradient::tasks() const {
  return 2 *
         (chunk_count(x.cols(), gradient_rows_a_task(dy, weight->packed().precision())) + (bias != nullptr));
}

void ProductGradient::write(size_t task) const {
  const Precision precision = weight->packed().precision();
  const size_t rows_a_task = gradient_rows_a_task(dy, precision), half = tasks() / 2;
  const bool second = task >= half;
  const RowRange part = half_of_rows(x.rows(), second);
  const auto gradient = [&](const ParameterState* of) { return second ? of->second_gradient : of->gradient; };
  task %= half;
  if (task == chunk_count(x.cols(), rows_a_task)) {
    const std::span<float> sums = gradient(bias).row_span(bias_row).subspan(column, dy.cols());
    return dy.rounded() ? sum_rounded_columns(rows_of(dy, part), sums)
                        : column_sums(rows_of(dy.matrix, part), {}, 0, dy.cols(), sums);
  }
  const RowRange rows = chunk_rows(x.cols(), rows_a_task, task);
  multiply_transposed(rows_of(x, part).columns(rows.begin, rows.size()), rows_of(dy, part),
                      rows_of(gradient(weight), rows).columns(column, dy.cols()), false, precision);
}

}  // namespace shortlist
