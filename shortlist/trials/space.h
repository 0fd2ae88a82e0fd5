// The settings that a search varies, and the values that each may have.
//
//   "training.optimizer.adam" = { min = 0.0005, max = 0.02, log = true }
//   training.batch            = { values = [512, 1024, 2048] }
//   dropout                   = { keys = ["query.layers.0.dropout", "items.layers.0.dropout"], min = 0, max =
//   0.5 }
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shortlist/base/random.h"
#include "shortlist/base/value.h"

namespace shortlist {

struct SpaceSetting {
  std::string name;               // the key, unless `keys` gives others
  std::vector<std::string> keys;  // of the config; all get the same value
  std::vector<Value> values;      // one of these, or a number between `least` and `most`
  double least = 0, most = 0;
  bool log = false;      // uniform in the logarithm
  bool integer = false;  // whole numbers

  // A pure function of the stream. Numbers have four significant digits.
  Value sample(const RandomStream& random) const;
};

struct Space {
  std::vector<SpaceSetting> settings;

  // The values of trial `number`, one for each setting: a pure function of the seed and the number.
  std::vector<Value> sample(uint64_t seed, uint64_t number) const;
};

// Throws a usage Error with file, line and key.
Space read_space(const Value& root, const std::string& file);

// Sets the values in a config's tree.
void set_values(const Space& space, const std::vector<Value>& values, Value& root);

}  // namespace shortlist
