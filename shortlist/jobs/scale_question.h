// The scale that a plan is for.
#pragma once

#include <map>
#include <string>

namespace shortlist {

struct ScaleQuestion {
  double rows = 0, items = 0, users = 0;  // 0: those of the sample; users: in proportion to the rows
  std::map<std::string, double> ids;      // number of ids of a feature, by its name
  int ranks = 1, threads = 1;             // threads per rank
  int parts = 8;                          // of a batch: a rank computes whole parts
  double memory = 0, network = 0;         // bytes per rank; bits per second per rank. 0: not known
};

}  // namespace shortlist
