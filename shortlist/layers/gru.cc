#include "shortlist/layers/gru.h"

#include "shortlist/layers/product_gradient.h"
#include "shortlist/layers/rows.h"
#include "shortlist/layers/segments.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/math/row_passes.h"

namespace shortlist {
namespace {

enum Parameters { kKernel, kRecurrentKernel, kBias };
// kGates has four blocks of `units` columns: see math/row_passes.h. In backward() their gradients.
enum RowBuffers { kGates, kBefore };

// The segments of a part, longest first, so that those with a row at step t are the first ones.
class Steps {
 public:
  Steps(const Pass& pass, RowRange rows, std::vector<uint32_t>& words) : pass_(pass) {
    const RowRange segments = segments_of(pass, rows);
    count_ = segments.size();
    words.resize(2 * count_);
    order_ = std::span(words).first(count_);
    rows_ = std::span(words).last(count_);
    for (size_t i = 0; i < count_; ++i) order_[i] = static_cast<uint32_t>(segments.begin + i);
    // Not stable_sort, which allocates.
    std::ranges::sort(order_, [&](uint32_t a, uint32_t b) {
      return length(a) != length(b) ? length(a) > length(b) : a < b;
    });
  }
  size_t segments() const { return count_; }
  size_t count() const { return count_ == 0 ? 0 : length(order_[0]); }
  // The rows of step `step`, in the order of the segments.
  std::span<const uint32_t> rows(size_t step) {
    size_t n = 0;
    for (; n < count_ && length(order_[n]) > step; ++n)
      rows_[n] = static_cast<uint32_t>(segment(pass_, order_[n]).begin + step);
    return rows_.first(n);
  }

 private:
  size_t length(uint32_t index) const { return segment(pass_, index).size(); }

  const Pass& pass_;
  size_t count_;
  std::span<uint32_t> order_, rows_;
};

// Memory for the states of some segments, with zeros in the first matrix.
struct States {
  States(size_t segments, size_t units, Scratch& scratch) {
    float* const memory = scratch.take(segments * 4 * units + Buffer::kSlack).data();
    state = {memory, segments, units, units};
    inner = {memory + segments * units, segments, 3 * units, 3 * units};
    fill({memory, segments * units}, 0);
  }
  Matrix state, inner;
};

size_t units_of(const Pass& pass) { return pass.output.cols; }

// The last three blocks of the gates.
Matrix of_input(const Pass& pass, RowRange rows) {
  return rows_of(pass.buffers.row[kGates], rows).columns(units_of(pass), 3 * units_of(pass));
}

}  // namespace

LayerPlan Gru::plan(std::span<const int> widths) const {
  expect_inputs(widths, 1);
  if (gru < 1) throw usage_error("gru = {}: needs at least one unit", gru);
  const size_t units = static_cast<size_t>(gru);
  LayerPlan plan{.width = gru};
  plan.parameters = {{.name = "kernel",
                      .rows = static_cast<size_t>(widths[0]),
                      .cols = 3 * units,
                      .initializer = initializer,
                      .regularizer = {0, l2},
                      .packed = true,
                      .gradient_parts = 2},
                     {.name = "recurrent_kernel",
                      .rows = units,
                      .cols = 3 * units,
                      .initializer = recurrent_initializer,
                      .regularizer = {0, recurrent_l2},
                      .packed = true,
                      .gradient_parts = 2},
                     {.name = "bias", .rows = 2, .cols = 3 * units, .gradient_parts = 2}};
  plan.row_buffers = {4 * gru, gru};
  return plan;
}

void Gru::forward(const Pass& pass, RowRange rows, Scratch& scratch) const {
  const Matrix& bias = pass.parameters[kBias]->value;
  Epilogue add_input_bias, add_recurrent_bias;
  add_input_bias.bias = bias.row(0), add_recurrent_bias.bias = bias.row(1);
  multiply(rows_of(pass.inputs[0], rows), pass.parameters[kKernel]->packed(), of_input(pass, rows), false,
           add_input_bias);
  Steps steps(pass, rows, scratch.words);
  const States states(steps.segments(), units_of(pass), scratch);
  for (size_t step = 0; step < steps.count(); ++step) {
    const std::span<const uint32_t> some = steps.rows(step);
    const Matrix state = states.state.head(some.size()), inner = states.inner.head(some.size());
    multiply(state, pass.parameters[kRecurrentKernel]->packed(), inner, false, add_recurrent_bias);
    gru_step(some, inner, pass.buffers.row[kGates], pass.buffers.row[kBefore], state, pass.output);
  }
}

void Gru::backward(const Pass& pass, RowRange rows, Scratch& scratch) const {
  Steps steps(pass, rows, scratch.words);
  const States states(steps.segments(), units_of(pass), scratch);
  for (size_t step = steps.count(); step-- > 0;) {
    const std::span<const uint32_t> some = steps.rows(step);
    const Matrix dstate = states.state.head(some.size()), dinner = states.inner.head(some.size());
    gru_step_gradient(some, pass.buffers.row[kBefore], pass.doutput, pass.buffers.row[kGates], dstate,
                      dinner);
    multiply(dinner, pass.parameters[kRecurrentKernel]->packed_transposed(), dstate, true);
  }
  if (pass.dinputs[0].data == nullptr) return;
  multiply(of_input(pass, rows), pass.parameters[kKernel]->packed_transposed(),
           rows_of(pass.dinputs[0], rows), pass.add[0]);
}

namespace {

// The gradient of W and b for x, of U's and b's columns of z and r, and of those of c.
constexpr size_t kGradients = 3;
ProductGradient product_gradient(const Pass& pass, size_t which) {
  const size_t units = units_of(pass);
  const ConstMatrix gates = pass.buffers.row[kGates].head(pass.rows);
  const ConstMatrix x = which == 0 ? pass.inputs[0] : ConstMatrix(pass.buffers.row[kBefore]);
  const ConstMatrix dy[kGradients] = {gates.columns(units, 3 * units), gates.columns(units, 2 * units),
                                      gates.columns(0, units)};
  return {.x = x.head(pass.rows),
          .dy = dy[which],
          .weight = pass.parameters[which == 0 ? kKernel : kRecurrentKernel],
          .bias = pass.parameters[kBias],
          .column = which == 2 ? 2 * units : 0,
          .bias_row = which == 0 ? size_t{0} : 1};
}

}  // namespace

size_t Gru::gradient_tasks(const Pass& pass) const {
  size_t tasks = 0;
  for (size_t i = 0; i < kGradients; ++i) tasks += product_gradient(pass, i).tasks();
  return tasks;
}

void Gru::write_gradients(const Pass& pass, size_t task, Scratch&) const {
  for (size_t i = 0; i < kGradients; ++i) {
    const ProductGradient gradient = product_gradient(pass, i);
    if (task < gradient.tasks()) return gradient.write(task);
    task -= gradient.tasks();
  }
}

}  // namespace shortlist
