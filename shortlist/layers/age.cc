#include "shortlist/layers/age.h"

#include <array>
#include <cmath>

#include "shortlist/layers/give_gradient.h"

namespace shortlist {
namespace {

enum Inputs { kAt, kSince };
enum Parts { kDays, kRest, kKnown };

float days_of(const Pass& pass, size_t row) {
  const ConstMatrix &at = pass.inputs[kAt], &since = pass.inputs[kSince];
  return (at(row, kDays) - since(row, kDays)) + (at(row, kRest) - since(row, kRest));
}

}  // namespace

LayerPlan Age::plan(std::span<const int> widths) const {
  expect_inputs(widths, 2);
  for (const int width : widths)
    if (width != 3) throw usage_error("an input has width {}, need 3", width);
  return {.width = 2};
}

void Age::forward(const Pass& pass, RowRange rows, Scratch&) const {
  for (size_t r = rows.begin; r < rows.end; ++r) {
    const float days = days_of(pass, r), known = pass.inputs[kAt](r, kKnown) * pass.inputs[kSince](r, kKnown);
    pass.output(r, 0) = known * std::copysign(std::log1p(std::abs(days)), days);
    pass.output(r, 1) = known;
  }
}

void Age::backward(const Pass& pass, RowRange rows, Scratch&) const {
  for (size_t r = rows.begin; r < rows.end; ++r) {
    const float days = days_of(pass, r), dy = pass.doutput(r, 0);
    const float age = std::copysign(std::log1p(std::abs(days)), days);
    const float at_known = pass.inputs[kAt](r, kKnown), since_known = pass.inputs[kSince](r, kKnown);
    const float slope = dy * at_known * since_known / (1 + std::abs(days));
    const float dknown = dy * age + pass.doutput(r, 1);
    give_gradient(pass, kAt, r, std::array{slope, slope, dknown * since_known});
    give_gradient(pass, kSince, r, std::array{-slope, -slope, dknown * at_known});
  }
}

}  // namespace shortlist
