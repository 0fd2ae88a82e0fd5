// Checks that all ranks do the same work: one program, config and table.
#pragma once

#include <string>
#include <vector>

#include "shortlist/ranks/communicator.h"

namespace shortlist {

// What must be the same on all ranks: "the config", and a text that identifies it.
struct RankFact {
  std::string name, value;
};

// All ranks must call it with facts of the same names. If a value differs, throws the same Error(usage) on
// every rank: it names the ranks that differ from rank 0, the fact, and both values.
void check_same_on_all_ranks(Communicator& ranks, const std::vector<RankFact>& facts);

}  // namespace shortlist
