// The truth beside a synthetic table, as JSON: options and figures, then a line for each user and item.
#pragma once

#include <cstdint>
#include <string>

#include "shortlist/synth/truth.h"

namespace shortlist {

// What write_synth() found in the rows as it wrote them.
struct SynthStatistics {
  int64_t rows = 0;
  double mean = 0;       // of the ratings
  double deviation = 0;  // the RMSE of who always predicts the mean
  double best_rmse = 0;  // of who predicts expected_rating(): no model can expect to do better
};

// What a truth file says in its first lines.
struct SynthRecord {
  SynthOptions options;  // synth_truth(options) is all that was planted
  SynthStatistics figures;
};
// Throws a data Error when the file is missing or is not a truth file.
SynthRecord read_synth_truth(const std::string& path);

void write_synth_truth(const SynthTruth& truth, const SynthStatistics& figures, const std::string& path);

}  // namespace shortlist
