#include "shortlist/model/plan_profile.h"

#include <algorithm>

namespace shortlist {
namespace {

constexpr const char* kPartNames[kPlanParts] = {"forward", "backward", "gradient"};

size_t bytes_of(size_t numbers, Precision precision) {
  return numbers * (precision == Precision::bf16 ? sizeof(uint16_t) : sizeof(float));
}

// What a part of a node's work reads or writes.
size_t bytes_of(const PlanNode& node, PlanPart part) {
  const Pass& pass = node.pass;
  const bool backward = part == kBackward;
  const bool nested =
      node.layer->kind() == "concat" || (node.is_row_map && pass.inputs[0].data == pass.output.data);
  const size_t made = bytes_of(pass.output.cols, part == kForward ? pass.output_to : pass.doutput_to);
  size_t a_row = nested ? 0 : made, parameters = 0;
  for (size_t i = 0; i < pass.inputs.size() && !nested; ++i) {
    a_row += backward ? bytes_of(pass.dinputs[i].cols, pass.dinputs_to[i])
                      : bytes_of(pass.inputs[i].cols, pass.inputs_to[i]);
  }
  for (const Matrix& buffer : pass.row_buffers)
    a_row += part == kGradient ? 0 : bytes_of(buffer.cols, Precision::float32);
  if (backward && !nested) a_row += bytes_of(pass.output.cols, pass.output_to);  // beside its gradient
  for (const ParameterState* p : pass.parameters) {
    parameters += p->spec.table ? p->rows.touched.size() * p->spec.cols : p->spec.rows * p->spec.cols;
  }
  return pass.rows * a_row + bytes_of(parameters, Precision::float32);
}

}  // namespace

bool has_part(const PlanNode& node, PlanPart part, const PlanOptions& options) {
  if (node.given) return false;
  if (part == kForward) return true;
  if (!options.backward || !node.wants_gradient) return false;
  if (part == kGradient) return node.layer->gradient_tasks(node.pass) > 0;
  return std::ranges::any_of(node.pass.dinputs, [](const Matrix& dinput) { return dinput.data != nullptr; });
}

StepPhase describe_part(const PlanNode& node, PlanPart part) {
  const double multiply_adds = static_cast<double>(node.pass.rows * node.layer->multiply_adds(node.pass));
  return {.name = node.name,
          .part = kPartNames[part],
          .operations = 2 * multiply_adds,
          .bytes = static_cast<double>(bytes_of(node, part))};
}

}  // namespace shortlist
