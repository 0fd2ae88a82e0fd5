// What a bundle keeps of the table that it was trained on: users with their items, baselines, fingerprints.
// docs/reference/bundle.md has the tensors.
#pragma once

#include <string>
#include <vector>

#include "shortlist/io/safetensors.h"
#include "shortlist/metrics/baselines.h"
#include "shortlist/model/data_fingerprint.h"
#include "shortlist/model/items.h"

namespace shortlist {

// Tensors with the memory that some of them look at.
struct OwnedTensors {
  std::vector<TensorView> views;
  std::vector<std::vector<std::byte>> memory;
};

OwnedTensors rating_tensors(const UserRatings& ratings);
// Throws a data Error that names the tensor at fault.
UserRatings read_ratings(const SafetensorsFile& file, size_t item_count);

// The model's baselines and what they were fitted on.
struct TrainedOn {
  Baselines baselines;
  DataFingerprint fingerprint;
};
OwnedTensors baseline_tensors(const Baselines& baselines);
Metadata baseline_metadata(const DataFingerprint& fingerprint);
TrainedOn read_baselines(const SafetensorsFile& file, size_t item_count);

}  // namespace shortlist
