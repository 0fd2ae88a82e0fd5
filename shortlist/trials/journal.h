// The journal of a search: one JSON line for each training of a trial that ended, so that a search that was
// killed continues with what is left.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shortlist/base/value.h"

namespace shortlist {

struct TrialRecord {
  int trial = 0, round = 0;
  int epochs = 0;             // of the training; 0 for kinds without epochs
  bool cut = false;           // stopped early: its curve was hopeless
  std::string error;          // why there is no value, or ""
  double value = 0;           // of the metric on the validation rows
  std::vector<double> curve;  // the metric after each epoch
  double seconds = 0;
};

class Journal {
 public:
  // Reads the journal, or starts one. A last line that a kill cut off is dropped. Throws a usage Error if the
  // journal is of a search with another key.
  Journal(std::string path, const std::string& key);

  const TrialRecord* find(int trial, int round) const;
  // On disk when it returns.
  void add(TrialRecord record);

 private:
  std::string path_;
  std::map<std::pair<int, int>, TrialRecord> records_;
};

}  // namespace shortlist
