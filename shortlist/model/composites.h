// Entries of a list of layers that stand for several layers: well-known ranking networks in one line.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shortlist/base/describe_fields.h"

namespace shortlist {

// The names that composite layers of a ranking read.
struct BlockFeatures {
  bool known = false;                          // the lists are complete
  std::vector<std::string> embedded, numbers;  // features with embeddings, and with numbers
  std::vector<std::string> biases;             // those of the towers that are not part of their vectors
};

struct Composite {
  const char* name;  // also the key of the main setting
  const char* help;
  // The entries that it stands for, of which the last one has the composite's name.
  std::vector<Value> (*expand)(const Value&, const Where&, const BlockFeatures&);
  std::vector<FieldDescription> (*document)();
};

std::span<const Composite> composites();

// The composite that a list's entry names, or null.
const Composite* find_composite(const Value& entry);

}  // namespace shortlist
