// The truth file of a synthetic table, as JSON: options and statistics, then one line per user and item.
#pragma once

#include <cstdint>
#include <string>

#include "shortlist/synth/truth.h"

namespace shortlist {

// Statistics that write_synth() computes while it writes the rows.
struct SynthStatistics {
  int64_t rows = 0;
  double mean = 0;       // of the ratings
  double deviation = 0;  // the RMSE of always predicting the mean
  double best_rmse = 0;  // the RMSE of predicting expected_rating(), the best that a model can expect
};

// The first lines of a truth file.
struct SynthRecord {
  SynthOptions options;  // synth_truth(options) gives everything that was planted
  SynthStatistics figures;
};
// Throws a data Error if the file is missing or is not a truth file.
SynthRecord read_synth_truth(const std::string& path);

void write_synth_truth(const SynthTruth& truth, const SynthStatistics& figures, const std::string& path);

}  // namespace shortlist
