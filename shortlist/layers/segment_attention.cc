#include "shortlist/layers/segment_attention.h"

#include "shortlist/layers/give_gradient.h"

namespace shortlist {
namespace {

enum Inputs { kScores, kValues };

RowRange rows_of_segment(const Pass& pass, size_t segment) {
  return {pass.map.offsets[segment], pass.map.offsets[segment + 1]};
}

}  // namespace

LayerPlan SegmentAttention::plan(std::span<const int> widths) const {
  expect_inputs(widths, 2);
  if (widths[kScores] != 1) throw usage_error("the scores have width {}, need 1", widths[kScores]);
  return {.width = widths[kValues]};
}

std::span<float> SegmentAttention::weights(const Pass& pass, RowRange rows, Scratch& scratch) const {
  const std::span<float> w = scratch.take(rows.size());
  for (size_t i = 0; i < w.size(); ++i) w[i] = pass.inputs[kScores](rows.begin + i, 0);
  if (softmax && !w.empty()) scale(w, 1 / exp_sum(w, max(w), {}, w));
  return w;
}

void SegmentAttention::forward(const Pass& pass, RowRange segments, Scratch& scratch) const {
  for (size_t s = segments.begin; s < segments.end; ++s) {
    const RowRange rows = rows_of_segment(pass, s);
    const std::span<const float> w = weights(pass, rows, scratch);
    const std::span<float> y = pass.output.row_span(s);
    fill(y, 0);
    for (size_t i = 0; i < w.size(); ++i) add_scaled(pass.inputs[kValues].row_span(rows.begin + i), w[i], y);
  }
}

// dv[r] = w[r] dy; dw[r] = dy . v[r]. With a softmax, the mean of dw is that of dy . y.
void SegmentAttention::backward(const Pass& pass, RowRange segments, Scratch& scratch) const {
  for (size_t s = segments.begin; s < segments.end; ++s) {
    const RowRange rows = rows_of_segment(pass, s);
    const std::span<const float> w = weights(pass, rows, scratch);
    const std::span<const float> dy = pass.doutput.row_span(s);
    scratch.exact.reserve(dy.size());
    const std::span<float> dv = scratch.exact.span().first(dy.size());
    float mean = 0;
    for (size_t i = 0; i < w.size() && softmax; ++i)
      mean += w[i] * dot(dy, pass.inputs[kValues].row_span(rows.begin + i));
    for (size_t i = 0; i < w.size(); ++i) {
      const size_t r = rows.begin + i;
      const float dw = dot(dy, pass.inputs[kValues].row_span(r)), dscore = softmax ? w[i] * (dw - mean) : dw;
      give_gradient(pass, kScores, r, {&dscore, 1});
      copy(dy, dv);
      scale(dv, w[i]);
      give_gradient(pass, kValues, r, dv);
    }
  }
}

}  // namespace shortlist
