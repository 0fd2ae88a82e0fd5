// What a plan is for.
#pragma once

#include <vector>

#include "shortlist/math/panels.h"

namespace shortlist {

struct PlanOptions {
  std::vector<int> outputs;  // nodes of the spec; what they do not need is left out
  // Nodes whose outputs the caller gives, instead of the layers before them.
  std::vector<int> fed;
  bool backward = false;  // gradients can be asked for
  // Batch statistics and dropout run in training. When false they behave as in inference, also in training.
  bool training_layers_active = true;
  // That the parameters are packed for, in plans with `backward`: what stands between products is rounded
  // when it is made.
  Precision precision = Precision::float32;
};

}  // namespace shortlist
