// Something about a table and a config that makes figures misleading, or the model worse than it could be.
#pragma once

#include <string>

#include "shortlist/metrics/history.h"

namespace shortlist {

struct Finding {
  std::string name;     // "repeated_pairs"
  bool warning = true;  // false: a note, which may well be intended
  std::string what;     // what was found, with numbers, in a sentence
  std::string why;      // why it matters
  std::string change;   // what to change, with the line of the config if there is one
  Metrics numbers;      // "share": 0.12
};

}  // namespace shortlist
