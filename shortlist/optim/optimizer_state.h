// An optimizer's state apart from it: what a checkpoint holds, ours or another program's.
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
    std::string name;  // as Optimizer::slots() has it
    size_t rows = 0, cols = 0;
    Buffer values;
  };
  std::vector<Slot> slots;

  const Slot* find(std::string_view name) const;
};

// Sets an optimizer to where the state stood. Throws a data Error when a slot that it needs is absent; one
// that has not taken a step needs none.
void restore_optimizer(const OptimizerState& state, Optimizer& optimizer);

}  // namespace shortlist
