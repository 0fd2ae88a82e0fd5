#include "shortlist/model/plan_profile.h"

#include <algorithm>

namespace shortlist {
namespace {

constexpr const char* kPartNames[kPlanParts] = {"forward", "backward", "gradient"};

// Numbers that a part of a node's work reads or writes.
size_t numbers_of(const PlanNode& node, PlanPart part) {
  const Pass& pass = node.pass;
  const bool backward = part == kBackward;
  const bool nested =
      node.layer->kind() == "concat" || (node.is_row_map && pass.inputs[0].data == pass.output.data);
  size_t a_row = nested ? 0 : pass.output.cols, parameters = 0;
  for (size_t i = 0; i < pass.inputs.size() && !nested; ++i) {
    a_row += backward ? pass.dinputs[i].cols : pass.inputs[i].cols;
  }
  for (const Matrix& buffer : pass.row_buffers) a_row += part == kGradient ? 0 : buffer.cols;
  if (backward && !nested) a_row += pass.output.cols;  // what came out, beside its gradient
  for (const ParameterState* p : pass.parameters) {
    parameters += p->spec.table ? p->rows.touched.size() * p->spec.cols : p->spec.rows * p->spec.cols;
  }
  return pass.rows * a_row + parameters;
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
          .bytes = 4 * static_cast<double>(numbers_of(node, part))};
}

}  // namespace shortlist
