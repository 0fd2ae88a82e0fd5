// The truth beside a synthetic table, as JSON: options and figures, then a line for each user and item.
#pragma once

#include <string>

#include "shortlist/engine/synth.h"

namespace shortlist {

void write_synth_truth(const SynthTruth& truth, const SynthFigures& figures, const std::string& path);

}  // namespace shortlist
