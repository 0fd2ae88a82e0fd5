#include "shortlist/layers/parameter.h"

namespace shortlist {

void ParameterState::make_gradient() {
  if (!spec.trainable || spec.table) return;
  gradient_memory = Buffer(spec.rows, spec.cols);
  gradient = gradient_memory.view(spec.rows, spec.cols);
  if (spec.gradient_parts == 1) return;
  second_memory = Buffer(spec.rows, spec.cols);
  second_gradient = second_memory.view(spec.rows, spec.cols);
}

void ParameterState::make_touched_gradient() {
  const size_t size = rows.touched.size() * spec.cols;
  if (gradient_memory.size() < size) gradient_memory = Buffer(size + size / 4);
  gradient = gradient_memory.view(rows.touched.size(), spec.cols);
}

void ParameterState::pack_rows(RowRange range, bool backward) {
  packed().pack_rows(value.slice(range.begin, range.end), range.begin);
  constexpr size_t kWidth = Panels::kPanelColumns;
  if (backward)
    packed_transposed().pack_transposed(value, range.begin / kWidth, chunk_count(range.end, kWidth));
}

}  // namespace shortlist
