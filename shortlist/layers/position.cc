#include "shortlist/layers/position.h"

#include "shortlist/layers/give_gradient.h"
#include "shortlist/layers/segments.h"

namespace shortlist {
namespace {

constexpr size_t kPositionsATask = 16;

}  // namespace

LayerPlan Position::plan(std::span<const int> widths) const {
  expect_inputs(widths, 1);
  if (position < 1) throw usage_error("position = {}: needs at least one position", position);
  LayerPlan plan{.width = widths[0]};
  plan.parameters.push_back({.name = "position",
                             .rows = static_cast<size_t>(position),
                             .cols = static_cast<size_t>(widths[0]),
                             .initializer = initializer,
                             .regularizer = {0, l2}});
  return plan;
}

void Position::forward(const Pass& pass, RowRange rows, Scratch&) const {
  const RowRange segments = segments_of(pass, rows);
  const Matrix& table = pass.parameters[0]->value;
  for (size_t s = segments.begin; s < segments.end; ++s) {
    const RowRange own = segment(pass, s);
    SHORTLIST_CHECK(own.size() <= static_cast<size_t>(position));  // who builds the batch cuts histories
    for (size_t i = 0; i < own.size(); ++i) {
      const std::span<float> y = pass.output.row_span(own.begin + i);
      copy(pass.inputs[0].row_span(own.begin + i), y);
      add(table.row_span(mirrored(own, i)), y);
    }
  }
}

void Position::backward(const Pass& pass, RowRange rows, Scratch&) const {
  for (size_t r = rows.begin; r < rows.end; ++r) give_gradient(pass, 0, r, pass.doutput.row_span(r));
}

size_t Position::gradient_tasks(const Pass&) const {
  return chunk_count(static_cast<size_t>(position), kPositionsATask);
}

void Position::write_gradients(const Pass& pass, size_t task, Scratch&) const {
  const RowRange places = chunk_rows(static_cast<size_t>(position), kPositionsATask, task);
  const Matrix& gradient = pass.parameters[0]->gradient;
  for (size_t p = places.begin; p < places.end; ++p) fill(gradient.row_span(p), 0);
  for (size_t s = 0; s + 1 < pass.row_set.segments.size(); ++s) {
    const RowRange own = segment(pass, s);
    for (size_t p = places.begin; p < std::min(places.end, own.size()); ++p)
      add(pass.doutput.row_span(own.begin + mirrored(own, p)), gradient.row_span(p));
  }
}

}  // namespace shortlist
