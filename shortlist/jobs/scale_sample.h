// What a small table tells about a large one of the same kind: its columns, features and frequencies.
#pragma once

#include <string>
#include <vector>

#include "shortlist/config/config.h"

namespace shortlist {

// Which count a feature's vocabulary grows with.
enum class GrowsWith { nothing, users, items };

struct SampledFeature {
  std::string name;
  int32_t ids = 0;  // rows of its embedding table; 0 if it yields numbers
  int width = 0;    // its numbers per row
  double bag = 1;   // mean ids per row
  GrowsWith grows = GrowsWith::nothing;
};

// Distinct rows of a tower. `draws` describes how often they repeat within a batch: a batch has as many
// distinct ones as if it were drawn from `draws` equally frequent ones.
struct SampledRows {
  double distinct = 0, draws = 0;
  std::vector<SampledFeature> features;
  bool grow_with(GrowsWith what) const;
};

struct ScaleSample {
  double rows = 0, train = 0, validation = 0, test = 0;  // rows, and their parts of the split
  double users = 0, items = 0, pairs = 0;                // distinct; users 0 if the config has none
  size_t columns = 0;
  double text_bytes = 0;                // of the table's text files per row; 0 if it is none
  double user_text = 0, item_text = 0;  // mean bytes of a user's id, and of an item's id and attributes
  SampledRows queries, candidates;
  // Measured while the sample was read, with all processors.
  double read_seconds = 0, fit_seconds = 0, encode_seconds = 0;
};

// Reads the config's table. Throws its errors, and Error(usage) for a kind of model without towers.
ScaleSample sample_for_scale(const Config& config);

// The number of distinct ones among `batch` draws from `draws` equally frequent ones.
double distinct_in_batch(double draws, double batch);

}  // namespace shortlist
