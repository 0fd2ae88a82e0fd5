#include "shortlist/layers/segment_mean.h"

#include "shortlist/layers/give_gradient.h"

namespace shortlist {
namespace {

RowRange rows_of_segment(const Pass& pass, size_t segment) {
  return {pass.map.offsets[segment], pass.map.offsets[segment + 1]};
}

}  // namespace

LayerPlan SegmentMean::plan(std::span<const int> widths) const {
  expect_inputs(widths, 1);
  return {.width = widths[0]};
}

void SegmentMean::forward(const Pass& pass, RowRange segments, Scratch&) const {
  for (size_t s = segments.begin; s < segments.end; ++s) {
    const RowRange rows = rows_of_segment(pass, s);
    const std::span<float> y = pass.output.row_span(s);
    fill(y, 0);
    for (size_t r = rows.begin; r < rows.end; ++r) add(pass.inputs[0].row_span(r), y);
    if (rows.size() > 1) scale(y, 1 / static_cast<float>(rows.size()));
  }
}

void SegmentMean::backward(const Pass& pass, RowRange segments, Scratch&) const {
  for (size_t s = segments.begin; s < segments.end; ++s) {
    const RowRange rows = rows_of_segment(pass, s);
    const std::span<float> dy = pass.doutput.row_span(s);
    if (rows.size() > 1) scale(dy, 1 / static_cast<float>(rows.size()));
    for (size_t r = rows.begin; r < rows.end; ++r) give_gradient(pass, 0, r, dy);
  }
}

}  // namespace shortlist
