#include "shortlist/model/plan_profile.h"

#include <algorithm>

namespace shortlist {
namespace {

constexpr const char* kPartNames[kPlanParts] = {"forward", "backward", "gradient"};

size_t bytes_of(size_t numbers, Precision precision) {
  return numbers * (precision == Precision::bf16 ? sizeof(uint16_t) : sizeof(float));
}

// Bytes that a part of a node's work reads or writes.
size_t bytes_of(const PlanNode& node, PlanPart part) {
  const Pass& pass = node.pass;
  const bool backward = part == kBackward;
  const bool nested =
      node.traits.input_place == InputPlace::in_output ||
      (node.traits.input_place == InputPlace::as_output && pass.inputs[0].data == pass.output.data);
  const size_t made =
      bytes_of(pass.output.cols, part == kForward ? pass.fusion.output_to : pass.fusion.doutput_to);
  size_t a_row = nested ? 0 : made, parameters = 0;
  for (size_t i = 0; i < pass.inputs.size() && !nested; ++i) {
    a_row += backward ? bytes_of(pass.dinputs[i].cols, pass.fusion.dinput_to(i))
                      : bytes_of(pass.inputs[i].cols, pass.fusion.input_to(i));
  }
  for (const Matrix& buffer : pass.buffers.row)
    a_row += part == kGradient ? 0 : bytes_of(buffer.cols, Precision::float32);
  if (backward && !nested)
    a_row += bytes_of(pass.output.cols, pass.fusion.output_to);  // in addition to its gradient
  for (const ParameterState* p : pass.parameters) {
    parameters += p->spec.table ? p->rows.touched.size() * p->spec.cols : p->spec.rows * p->spec.cols;
  }
  return pass.rows * a_row + bytes_of(parameters, Precision::float32);
}

}  // namespace

namespace {

// Multiply-adds of a node's products for one row, forward; each gradient takes the same number.
size_t multiply_adds_a_row(const PlanNode& node) {
  size_t sum = node.plan.multiply_adds;
  for (const ParameterSpec& parameter : node.plan.parameters) {
    if (parameter.packed) sum += parameter.rows * parameter.cols;
  }
  return sum;
}

}  // namespace

bool has_part(const PlanNode& node, PlanPart part, const PlanOptions& options) {
  if (node.fed) return false;
  if (part == kForward) return true;
  if (!options.backward || !node.has_gradient) return false;
  if (part == kGradient) return node.layer->gradient_tasks(node.pass) > 0;
  return std::ranges::any_of(node.pass.dinputs, [](const Matrix& dinput) { return dinput.data != nullptr; });
}

StepPhase describe_part(const PlanNode& node, PlanPart part) {
  const size_t of_batch = node.layer->batch_multiply_adds(node.pass);
  const double multiply_adds =
      static_cast<double>(node.pass.rows * multiply_adds_a_row(node) + (part == kForward    ? of_batch
                                                                        : part == kBackward ? 2 * of_batch
                                                                                            : 0));
  return {.name = node.name,
          .part = kPartNames[part],
          .operations = 2 * multiply_adds,
          .bytes = static_cast<double>(bytes_of(node, part))};
}

}  // namespace shortlist
