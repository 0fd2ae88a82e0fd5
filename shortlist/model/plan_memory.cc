#include "shortlist/model/plan_memory.h"

#include <algorithm>

#include "shortlist/layers/row_parts.h"

namespace shortlist {
namespace {

// Stride of a buffer's rows. Long rows begin on a cache line, but not at a multiple of 1 KiB: otherwise the
// elements of a column, which the products of gradients read, map to a few sets of the L1 cache and evict
// each other.
size_t row_stride(size_t width) {
  constexpr size_t kLine = 16;
  if (width < 64) return width;
  const size_t whole = (width + kLine - 1) / kLine * kLine;
  return whole % 64 == 0 ? whole + kLine : whole;
}

Matrix make_view(Buffer& memory, size_t rows, size_t width) {
  memory.reserve(rows * row_stride(width));
  return memory.view(rows, width, row_stride(width));
}

void make_views(std::vector<Buffer>& memory, size_t rows, const std::vector<int>& widths,
                std::vector<Matrix>& views) {
  memory.resize(widths.size());
  views.clear();
  for (size_t i = 0; i < widths.size(); ++i)
    views.push_back(make_view(memory[i], rows, static_cast<size_t>(widths[i])));
}

}  // namespace

void PlanMemory::fit() {
  grow();
  for (PlanNode& n : graph_.nodes) place_gathered(n);
  if (stale_) set_views();
}

void PlanMemory::grow() {
  bool grown = false;
  for (PlanNode& n : graph_.nodes) {
    if (n.fed || n.pass.rows <= n.capacity) continue;
    grown = true;
    n.capacity = n.capacity == 0 ? n.pass.rows : n.pass.rows + n.pass.rows / 8;
  }
  stale_ = stale_ || grown;
  if (!grown) return;
  // A node inside another has the capacity of the outer node.
  for (size_t i = graph_.nodes.size(); i-- > 0;) {
    PlanNode& n = graph_.nodes[i];
    if (n.inside >= 0) n.capacity = std::max(n.capacity, graph_[n.inside].capacity);
  }
}

void PlanMemory::place_gathered(PlanNode& n) {
  if (n.gathered_by < 0) return;
  const std::span<const uint32_t> source = graph_[n.gathered_by].pass.map.source;
  bool once = source.size() == n.pass.rows;
  for (size_t r = 0; r < source.size() && once; ++r) once = source[r] == r;
  stale_ = stale_ || once != n.in_place;
  n.in_place = once;
}

void PlanMemory::set_views() {
  // From last to first, since a node may use the memory of a later one.
  for (size_t i = graph_.nodes.size(); i-- > 0;) set_node_views(graph_.nodes[i]);
  for (PlanNode& n : graph_.nodes) set_pass(n);
  stale_ = false;
}

void PlanMemory::set_node_views(PlanNode& n) {
  const size_t width = static_cast<size_t>(n.plan.width);
  if (n.inside >= 0) {
    const PlanNode& outer = graph_[n.inside];
    n.pass.output = outer.inner.columns(n.inside_column, width);
    if (backward_) n.pass.doutput = outer.inner_gradient.columns(n.inside_column, width);
  } else if (n.in_place) {
    n.pass.output = graph_[n.gathered_by].pass.output;
    n.pass.doutput = graph_[n.gathered_by].pass.doutput;
  } else if (!n.fed) {
    const auto share_or_make = [&](int with, Matrix Pass::*which, Buffer& memory) {
      if (with >= 0) return graph_[with].pass.*which;
      return make_view(memory, n.capacity, width);
    };
    n.pass.output = share_or_make(n.output_in, &Pass::output, n.output_memory);
    if (backward_) n.pass.doutput = share_or_make(n.gradient_in, &Pass::doutput, n.gradient_memory);
  } else if (n.pass.output.data == nullptr) {
    n.pass.output.cols = width;
  }
  set_inner_views(n);
  make_views(n.row_memory, n.capacity, n.plan.row_buffers, n.row_views);
  make_views(n.part_memory, most_parts(n.capacity), n.plan.part_buffers, n.part_views);
  if (n.batch_memory.empty()) {
    for (int size : n.plan.batch_buffers) n.batch_memory.emplace_back(static_cast<size_t>(size));
  }
}

void PlanMemory::set_inner_views(PlanNode& n) const {
  const bool own = n.inner_width > 0;
  n.inner = own ? make_view(n.inner_memory, n.capacity, n.inner_width) : n.pass.output;
  if (!backward_) return;
  n.inner_gradient = own ? make_view(n.inner_gradient_memory, n.capacity, n.inner_width) : n.pass.doutput;
}

void PlanMemory::set_pass(PlanNode& n) const {
  n.input_views.clear();
  n.dinput_views.clear();
  for (int input : n.inputs) {
    const PlanNode& from = graph_[input];
    n.input_views.push_back(from.pass.output);
    n.dinput_views.push_back(from.has_gradient ? from.pass.doutput : Matrix());
  }
  n.pass.inputs = n.input_views;
  n.pass.dinputs = n.dinput_views;
  n.pass.add = n.add;
  n.pass.parameters = n.parameters;
  n.pass.buffers = {n.row_views, n.part_views, n.batch_memory};
  n.pass.fusion.relu_inputs = n.relu_inputs;
  n.pass.fusion.inputs_to = n.inputs_to;
  n.pass.fusion.dinputs_to = n.dinputs_to;
  n.pass.backward_follows = backward_;
}

}  // namespace shortlist
