#include "shortlist/layers/dropout.h"

#include <cmath>

#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

void drop(float rate, const Pass& pass, size_t row, std::span<const float> x, std::span<float> y) {
  const auto threshold = static_cast<uint32_t>(std::lround(rate * 65536));
  shortlist::dropout(x, pass.random_key, row * x.size(), threshold, 1 / (1 - rate), y);
}

}  // namespace

LayerPlan Dropout::plan(std::span<const int> widths) const {
  expect_inputs(widths, 1);
  if (!(dropout >= 0 && dropout < 1)) throw usage_error("dropout = {}: needs to lie in [0, 1)", dropout);
  return {.width = widths[0]};
}

void Dropout::forward(const Pass& pass, RowRange rows, Scratch&) const {
  for (size_t r = rows.begin; r < rows.end; ++r) {
    if (pass.training) {
      drop(dropout, pass, r, pass.inputs[0].row_span(r), pass.output.row_span(r));
    } else {
      copy(pass.inputs[0].row_span(r), pass.output.row_span(r));
    }
  }
}

void Dropout::backward(const Pass& pass, RowRange rows, Scratch&) const {
  if (pass.dinputs[0].data == nullptr) return;
  for (size_t r = rows.begin; r < rows.end; ++r) {
    const std::span<float> dy = pass.doutput.row_span(r), dx = pass.dinputs[0].row_span(r);
    if (pass.training) drop(dropout, pass, r, dy, dy);
    pass.add[0] ? add(dy, dx) : copy(dy, dx);
  }
}

}  // namespace shortlist
