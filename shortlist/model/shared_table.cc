#include "shortlist/model/shared_table.h"

#include "shortlist/layers/numbering.h"
#include "shortlist/layers/rows.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

constexpr uint32_t kAbsent = UINT32_MAX;

}  // namespace

SharedTable::SharedTable(ParameterState& table, size_t nodes) : table_(&table) {
  for (size_t i = 0; i < nodes; ++i) {
    Part& part = parts_.emplace_back(std::make_unique<ParameterState>());
    part.state->spec = table.spec;
    part.state->value = table.value;
  }
}

void SharedTable::join_rows() {
  size_t most = 0;
  for (const Part& part : parts_) most += part.state->rows.touched.size();
  Numbering numbering(most, slots_, table_->rows.touched);
  for (const Part& part : parts_) {
    for (uint32_t row : part.state->rows.touched) numbering.number(row);
  }
  for (Part& part : parts_) {
    part.place.assign(table_->rows.touched.size(), kAbsent);
    const std::vector<uint32_t>& touched = part.state->rows.touched;
    for (size_t i = 0; i < touched.size(); ++i)
      part.place[numbering.number(touched[i])] = static_cast<uint32_t>(i);
  }
  table_->make_touched_gradient();
}

void SharedTable::add_gradients(size_t task) const {
  const RowRange rows = chunk_rows(table_->rows.touched.size(), kRowsATask, task);
  for (size_t r = rows.begin; r < rows.end; ++r) {
    const std::span<float> sum = table_->gradient.row_span(r);
    bool first = true;
    for (const Part& part : parts_) {
      if (part.place[r] == kAbsent) continue;
      const std::span<const float> own = part.state->gradient.row_span(part.place[r]);
      first ? copy(own, sum) : add(own, sum);
      first = false;
    }
  }
}

}  // namespace shortlist
