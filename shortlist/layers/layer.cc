#include "shortlist/layers/layer.h"

#include <algorithm>

namespace shortlist {

size_t Layer::gradient_tasks(const Pass& pass) const {
  return std::ranges::any_of(pass.parameters, [](const ParameterState* p) { return p->spec.trainable; });
}

void expect_inputs(std::span<const int> widths, size_t count) {
  if (widths.size() != count) throw usage_error("got {} inputs, need {}", widths.size(), count);
}

}  // namespace shortlist
