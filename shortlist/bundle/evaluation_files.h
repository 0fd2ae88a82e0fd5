// Bundle files about the training table: users with their items, baselines, fingerprints.
// The tensors are documented in docs/reference/bundle.md.
#pragma once

#include <string>
#include <vector>

#include "shortlist/config/answer_spec.h"
#include "shortlist/io/safetensors.h"
#include "shortlist/metrics/baselines.h"
#include "shortlist/model/data_fingerprint.h"
#include "shortlist/model/items.h"

namespace shortlist {

// Tensors, together with the memory that some of them view.
struct OwnedTensors {
  std::vector<TensorView> views;
  std::vector<std::vector<std::byte>> memory;
};

OwnedTensors rating_tensors(const UserRatings& ratings);
// Throws a data Error that names the invalid tensor.
UserRatings read_ratings(const SafetensorsFile& file, size_t item_count);

// The model's baselines and what they were fitted on.
struct TrainedOn {
  Baselines baselines;
  DataFingerprint fingerprint;
};
OwnedTensors baseline_tensors(const Baselines& baselines);
Metadata baseline_metadata(const DataFingerprint& fingerprint);
// The file numbers the labels of the bundle's ranking tasks, `labels`.
TrainedOn read_baselines(const SafetensorsFile& file, size_t item_count,
                         const std::vector<AnswerSpec::Label>& labels);

}  // namespace shortlist
