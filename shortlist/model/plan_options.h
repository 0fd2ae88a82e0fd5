// Options of a plan.
#pragma once

#include <vector>

#include "shortlist/math/panels.h"

namespace shortlist {

struct PlanOptions {
  std::vector<int> outputs;  // nodes of the spec; nodes that they do not need are left out
  // Nodes whose outputs the caller provides, instead of running the layers before them.
  std::vector<int> fed;
  bool backward = false;  // enables backward()
  // Whether batch statistics and dropout are on in training. If false, these layers behave as in inference.
  bool training_layers_active = true;
  // The precision for which the parameters are packed, in plans with `backward`: intermediate results between
  // products are rounded to it when they are written.
  Precision precision = Precision::float32;
};

}  // namespace shortlist
