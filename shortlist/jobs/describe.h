// The describe job: what a config makes of its table, without training.
#pragma once

#include <string>
#include <vector>

#include "shortlist/config/config.h"

namespace shortlist {

// What `describe` shows. Features are fitted and the model is built, but not trained.
struct Described {
  std::string summary, dot, svg;
  std::vector<std::string> warnings;
};
Described describe(const Config& config);

}  // namespace shortlist
