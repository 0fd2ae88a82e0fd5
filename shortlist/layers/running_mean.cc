#include "shortlist/layers/running_mean.h"

#include <cmath>

#include "shortlist/layers/give_gradient.h"
#include "shortlist/layers/segments.h"

namespace shortlist {

float RunningMean::decay() const { return half_life > 0 ? std::exp2(-1 / half_life) : 1; }

LayerPlan RunningMean::plan(std::span<const int> widths) const {
  expect_inputs(widths, 1);
  if (!running_mean) throw usage_error("running_mean = false: leave the layer out instead");
  if (!(half_life >= 0)) throw usage_error("half_life = {}: needs to be at least 0", half_life);
  // The sum of the weights up to each row.
  return {.width = widths[0], .row_buffers = {1}, .multiply_adds = static_cast<size_t>(widths[0])};
}

void RunningMean::forward(const Pass& pass, RowRange rows, Scratch& scratch) const {
  const float kept = decay();
  const std::span<float> total = scratch.take(pass.output.cols);
  const RowRange segments = segments_of(pass, rows);
  for (size_t s = segments.begin; s < segments.end; ++s) {
    const RowRange own = segment(pass, s);
    float weight = 0;
    fill(total, 0);
    for (size_t r = own.begin; r < own.end; ++r) {
      weight = weight * kept + 1;
      if (kept != 1) scale(total, kept);
      add(pass.inputs[0].row_span(r), total);
      copy(total, pass.output.row_span(r));
      scale(pass.output.row_span(r), 1 / weight);
      pass.buffers.row[0](r, 0) = weight;
    }
  }
}

// dx[i] = sum over j >= i of w(j - i) dy[j] / weight[j].
void RunningMean::backward(const Pass& pass, RowRange rows, Scratch& scratch) const {
  const float kept = decay();
  const std::span<float> total = scratch.take(pass.output.cols);
  const RowRange segments = segments_of(pass, rows);
  for (size_t s = segments.begin; s < segments.end; ++s) {
    const RowRange own = segment(pass, s);
    fill(total, 0);
    for (size_t r = own.end; r-- > own.begin;) {
      if (kept != 1) scale(total, kept);
      add_scaled(pass.doutput.row_span(r), 1 / pass.buffers.row[0](r, 0), total);
      give_gradient(pass, 0, r, total);
    }
  }
}

}  // namespace shortlist
