#include "shortlist/optim/optimizer_state.h"

#include <algorithm>

#include "shortlist/base/error.h"

namespace shortlist {

const OptimizerState::Slot* OptimizerState::find(std::string_view name) const {
  const auto found = std::ranges::find(slots, name, &Slot::name);
  return found == slots.end() ? nullptr : &*found;
}

void restore_optimizer(const OptimizerState& state, Optimizer& optimizer) {
  const std::vector<Optimizer::Slot> slots =
      state.steps == 0 ? std::vector<Optimizer::Slot>{} : optimizer.slots();
  for (const Optimizer::Slot& slot : slots) {
    if (state.find(slot.name) == nullptr)
      throw data_error(
          "the checkpoint's optimizer has no '{}': it is of another kind than the config's; use "
          "--new-optimizer to ignore it",
          slot.name);
  }
  for (const Optimizer::Slot& slot : slots) {
    const OptimizerState::Slot& from = *state.find(slot.name);
    SHORTLIST_CHECK(from.rows == slot.values.rows && from.cols == slot.values.cols);
    std::copy_n(from.values.data(), from.values.size(), slot.values.data);
  }
  optimizer.steps = state.steps;
  optimizer.restored();
}

}  // namespace shortlist
