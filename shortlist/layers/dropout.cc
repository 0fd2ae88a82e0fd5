#include "shortlist/layers/dropout.h"

#include <cmath>

#include "shortlist/layers/rounded.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

// Applies row `row`'s mask to x: y = result, or y += result if `add`. In inference nothing is dropped.
void drop(float rate, const Pass& pass, size_t row, std::span<const float> x, std::span<float> y, bool add) {
  const float used = pass.training ? rate : 0;
  const auto threshold = static_cast<uint32_t>(std::lround(used * 65536));
  const size_t positions = chunk_count(x.size(), kDropoutBlock) * kDropoutBlock;
  shortlist::dropout(x, pass.random_key, row * positions, threshold, 1 / (1 - used), y, add);
}

}  // namespace

LayerPlan Dropout::plan(std::span<const int> widths) const {
  expect_inputs(widths, 1);
  if (!(dropout >= 0 && dropout < 1)) throw usage_error("dropout = {}: needs to lie in [0, 1)", dropout);
  return {.width = widths[0]};
}

void Dropout::forward(const Pass& pass, RowRange rows, Scratch& scratch) const {
  const bool rounds = pass.fusion.output_to != Precision::float32;
  if (!pass.training && pass.output.data == pass.inputs[0].data && !rounds) return;
  const auto write = [&](RowRange some, Matrix y) {
    for (size_t r = some.begin; r < some.end; ++r) {
      const size_t source = pass.map.source.empty() ? r : pass.map.source[r];
      drop(dropout, pass, r, pass.inputs[0].row_span(source), y.row_span(r - some.begin), false);
    }
  };
  if (!rounds) return write(rows, rows_of(pass.output, rows));
  make_rounded({pass.output, pass.fusion.output_to}, rows, scratch, write);
}

void Dropout::backward(const Pass& pass, RowRange rows, Scratch&) const {
  if (pass.dinputs[0].data == nullptr) return;
  for (size_t s = rows.begin; s < rows.end; ++s) {
    const std::span<float> dx = pass.dinputs[0].row_span(s);
    const auto give = [&](size_t row, bool add) {
      drop(dropout, pass, row, pass.doutput.row_span(row), dx, add);
    };
    if (pass.map.source.empty()) {
      give(s, pass.add[0]);
      continue;
    }
    // Every source row has at least one copy; otherwise it would not be in the batch.
    const uint32_t first = pass.map.offsets[s];
    for (uint32_t i = first; i < pass.map.offsets[s + 1]; ++i)
      give(pass.map.copies[i], pass.add[0] || i > first);
  }
}

}  // namespace shortlist
