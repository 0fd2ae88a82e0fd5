#include "shortlist/layers/cross_mix.h"

#include <cmath>

#include "shortlist/layers/give_gradient.h"
#include "shortlist/layers/product_gradient.h"
#include "shortlist/layers/softmax.h"
#include "shortlist/math/block_passes.h"

namespace shortlist {
namespace {

// Parameters, in this order; the C of each expert follow.
constexpr size_t kV = 0, kU = 1, kGate = 2, kBias = 3, kFirstC = 4;

// Row buffers, in this order. Experts are side by side.
enum RowBuffer : size_t {
  kProjected,    // a = activation(x V), then its gradient before the activation
  kHidden,       // h = activation(a C)
  kDHidden,      // the gradient of a C
  kMixed,        // g_e h_e
  kGates,        // g
  kDGates,       // the gradient of x G
  kTransformed,  // t = sum_e g_e h_e U_e + b, then its gradient
  kActivated,    // a, which C's gradient reads
};

}  // namespace

struct CrossMix::Views {
  Views(const Pass& pass, RowRange rows)
      : x0(rows_of(pass.inputs[0], rows)), x(rows_of(pass.inputs.back(), rows)) {
    for (size_t i = 0; i < pass.buffers.row.size(); ++i)
      buffers.push_back(rows_of(pass.buffers.row[i], rows));
  }
  const Matrix& operator[](size_t buffer) const { return buffers[buffer]; }
  ConstMatrix x0, x;
  std::vector<Matrix> buffers;
};

LayerPlan CrossMix::plan(std::span<const int> widths) const {
  if (widths.size() != 1) expect_inputs(widths, 2);
  const int width = widths.back();
  if (widths[0] != width) throw usage_error("x0 has width {} but x has {}", widths[0], width);
  if (!gradient_from_output(activation))
    throw usage_error("activation = \"{}\": a cross_mix needs one such as tanh, relu or sigmoid",
                      enum_name(activation));
  const size_t d = static_cast<size_t>(width), p = width_of_expert(), all = experts() * p;
  LayerPlan plan{.width = width};
  const auto matrix = [&](const std::string& name, size_t rows, size_t cols, float own_l2) {
    plan.parameters.push_back({.name = name,
                               .rows = rows,
                               .cols = cols,
                               .initializer = initializer,
                               .regularizer = {0, own_l2},
                               .packed = true,
                               .gradient_parts = 2});
  };
  matrix("kernel_v", d, all, l2);
  matrix("kernel_u", all, d, l2);
  matrix("gate", d, experts(), 0);
  plan.parameters.push_back({.name = "bias", .rows = 1, .cols = d, .gradient_parts = 2});
  for (size_t e = 0; e < experts(); ++e) matrix(fmt::format("kernel_c_{}", e), p, p, l2);
  const int side = cross_mix * projection;
  plan.row_buffers = {side, side, side, side, cross_mix, cross_mix, width, side};
  return plan;
}

void CrossMix::forward(const Pass& pass, RowRange rows, Scratch&) const {
  const Views at(pass, rows);
  const size_t p = width_of_expert();
  multiply(at.x, pass.parameters[kV]->packed(), at[kActivated]);
  activate(activation, at[kActivated]);
  multiply(at.x, pass.parameters[kGate]->packed(), at[kGates]);
  for (size_t e = 0; e < experts(); ++e)
    multiply(at[kActivated].columns(e * p, p), pass.parameters[kFirstC + e]->packed(),
             at[kHidden].columns(e * p, p));
  activate(activation, at[kHidden]);
  for (size_t r = 0; r < rows.size(); ++r) {
    softmax(at[kGates].row_span(r));
    copy(at[kHidden].row_span(r), at[kMixed].row_span(r));
    for (size_t e = 0; e < experts(); ++e) scale(at[kMixed].row_span(r).subspan(e * p, p), at[kGates](r, e));
  }
  Epilogue epilogue;
  epilogue.bias = pass.parameters[kBias]->value.data;
  multiply(at[kMixed], pass.parameters[kU]->packed(), at[kTransformed], false, epilogue);
  shortlist::cross(at.x0, at.x, at[kTransformed], 0, rows_of(pass.output, rows));
}

void CrossMix::backward(const Pass& pass, RowRange rows, Scratch&) const {
  const Views at(pass, rows);
  const size_t p = width_of_expert();
  const bool same = pass.inputs.size() == 1;
  const auto dinput = [&](size_t i) {
    return pass.dinputs[i].data != nullptr ? rows_of(pass.dinputs[i], rows) : Matrix();
  };
  const Matrix dx0 = dinput(0), dx = same ? dx0 : dinput(1);
  const Matrix& dt = at[kTransformed];
  cross_gradient(at.x0, at.x, dt, 0, rows_of(pass.doutput, rows), dx0, pass.add[0], dx,
                 same ? true : pass.add[1], dt);
  const Matrix& dmixed = at[kDHidden];
  multiply(dt, pass.parameters[kU]->packed_transposed(), dmixed);
  for (size_t r = 0; r < rows.size(); ++r) {
    const std::span<float> dgates = at[kDGates].row_span(r);
    for (size_t e = 0; e < experts(); ++e) {
      const std::span<float> dhidden = dmixed.row_span(r).subspan(e * p, p);
      dgates[e] = dot(dhidden, at[kHidden].row_span(r).subspan(e * p, p));
      scale(dhidden, at[kGates](r, e));
    }
    softmax_gradient(at[kGates].row_span(r), dgates);
  }
  activation_gradient(activation, at[kHidden], at[kHidden], at[kDHidden], at[kDHidden]);
  for (size_t e = 0; e < experts(); ++e)
    multiply(at[kDHidden].columns(e * p, p), pass.parameters[kFirstC + e]->packed_transposed(),
             at[kProjected].columns(e * p, p));
  activation_gradient(activation, at[kActivated], at[kActivated], at[kProjected], at[kProjected]);
  if (dx.data == nullptr) return;
  multiply(at[kProjected], pass.parameters[kV]->packed_transposed(), dx, true);
  multiply(at[kDGates], pass.parameters[kGate]->packed_transposed(), dx, true);
}

namespace {

// The gradients of V, of U and the bias, of the gate, and of each C, in this order.
ProductGradient product_gradient(const Pass& pass, size_t number, size_t projection) {
  const auto buffer = [&](size_t i) { return pass.buffers.row[i].head(pass.rows); };
  const ConstMatrix x = pass.inputs.back().head(pass.rows);
  if (number == 0) return {.x = x, .dy = buffer(kProjected), .weight = pass.parameters[kV], .bias = nullptr};
  if (number == 1) {
    return {.x = buffer(kMixed),
            .dy = buffer(kTransformed),
            .weight = pass.parameters[kU],
            .bias = pass.parameters[kBias]};
  }
  if (number == 2) return {.x = x, .dy = buffer(kDGates), .weight = pass.parameters[kGate], .bias = nullptr};
  const size_t e = number - 3;
  return {.x = buffer(kActivated).columns(e * projection, projection),
          .dy = buffer(kDHidden).columns(e * projection, projection),
          .weight = pass.parameters[kFirstC + e],
          .bias = nullptr};
}

}  // namespace

size_t CrossMix::gradient_tasks(const Pass& pass) const {
  size_t tasks = 0;
  for (size_t i = 0; i < 3 + experts(); ++i) tasks += product_gradient(pass, i, width_of_expert()).tasks();
  return tasks;
}

void CrossMix::write_gradients(const Pass& pass, size_t task, Scratch&) const {
  for (size_t i = 0; i < 3 + experts(); ++i) {
    const ProductGradient gradient = product_gradient(pass, i, width_of_expert());
    if (task < gradient.tasks()) return gradient.write(task);
    task -= gradient.tasks();
  }
}

}  // namespace shortlist
