#include "shortlist/model/plan_rows.h"

#include <algorithm>
#include <numeric>

#include "shortlist/layers/row_parts.h"

namespace shortlist {
namespace {

const BatchRows kNoRows;

const BatchRows& rows_of_batch(const Batch& batch, int row_set) {
  return static_cast<size_t>(row_set) < batch.row_sets.size() ? batch.at(row_set) : kNoRows;
}

}  // namespace

PlanRows::PlanRows(const ModelSpec& spec, const PlanGraph& graph) : spec_(spec), sets_(spec.row_sets.size()) {
  for (const PlanNode& n : graph.nodes) {
    at(n.row_set).used = at(n.backward_row_set).used = true;
    at(n.row_set).segments_a_part = std::max(at(n.row_set).segments_a_part, n.traits.segments_a_part);
    if (n.map.row_set >= 0) at(n.map.row_set).used = true;
  }
}

void PlanRows::set_row_set(int row_set, const Batch& batch) {
  const BatchRows& given = rows_of_batch(batch, row_set);
  Rows& rows = at(row_set);
  if (!rows.used) return;
  rows.count = given.count();
  RowSetState& state = rows.state;
  state.multiplicity = given.multiplicity;
  state.total_multiplicity = given.multiplicity.empty()
                                 ? static_cast<double>(rows.count)
                                 : std::accumulate(given.multiplicity.begin(), given.multiplicity.end(), 0.0);
  state.segments = {};
  const std::vector<RowSetSpec::Parent>& parents = spec_.row_set(row_set).parents;
  for (size_t p = 0; p < parents.size(); ++p) {
    if (parents[p].relation != RowRelation::segments) continue;
    state.segments = given.parents[p].offsets;
    const size_t segments = rows_of_batch(batch, parents[p].row_set).count();
    SHORTLIST_CHECK(segments == 0
                        ? rows.count == 0
                        : state.segments.size() == segments + 1 && state.segments.back() == rows.count);
  }
  cut_rows(rows.count, state.segments, rows.cuts, rows.segments_a_part);
  state.cuts = rows.cuts;
}

void PlanRows::set(const Batch& batch, PlanGraph& graph) {
  for (size_t i = 0; i < sets_.size(); ++i) set_row_set(static_cast<int>(i), batch);
  for (PlanNode& n : graph.nodes) {
    n.pass.rows = at(n.row_set).count;
    n.pass.row_set = at(n.row_set).state;
    if (n.feature >= 0 && !n.fed) {
      const BatchRows& rows = rows_of_batch(batch, n.row_set);
      n.pass.feature = {&rows.encoded->columns[static_cast<size_t>(n.feature)], rows.shown, rows.events};
    }
    if (n.map.row_set < 0) continue;
    n.pass.map = rows_of_batch(batch, n.map.row_set).parents[n.map.place];
    const bool segments = n.traits.input_rows == InputRows::segments;
    SHORTLIST_CHECK(n.pass.rows == 0 || (segments ? n.pass.map.offsets.size() == n.pass.rows + 1
                                                  : n.pass.map.source.size() == n.pass.rows));
  }
}

}  // namespace shortlist
