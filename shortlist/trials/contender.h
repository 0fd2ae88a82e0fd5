// What is compared: configs and kinds of model, all trained on the data of the first config.
#pragma once

#include <string>
#include <vector>

#include "shortlist/config/config.h"

namespace shortlist {

struct Contender {
  std::string name;        // a config's file name without its ending, or a kind
  Config config;           // with its tables
  std::string error = {};  // why it cannot be trained, or ""
};

// The config of a kind without features, with the data, items and positives of `base` and the kind's default
// settings; with an error for a kind that needs more. Throws a usage Error if there is no such kind.
Contender contender_of_kind(const std::string& kind, const Config& base);

// The kinds that need no features: all but those with towers and those made of other kinds.
std::vector<std::string> classic_kinds();

}  // namespace shortlist
