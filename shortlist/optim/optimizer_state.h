// An optimizer's state as read from a checkpoint, ours or another program's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shortlist/optim/optimizer.h"

namespace shortlist {

struct OptimizerState {
  int64_t steps = 0;
  std::optional<double> learning_rate;
  struct Slot {
    std::string name;  // as in Optimizer::slots()
    size_t rows = 0, cols = 0;
    Buffer values;
  };
  std::vector<Slot> slots;

  const Slot* find(std::string_view name) const;
};

// Sets an optimizer to the saved state. Throws a data Error if a required slot is missing. A state with no
// steps needs no slots.
void restore_optimizer(const OptimizerState& state, Optimizer& optimizer);

}  // namespace shortlist
