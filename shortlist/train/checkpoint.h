// The state of a run on disk: one safetensors file, written atomically.
//   tensors   "parameter/NAME", "slot/NAME", "best/NAME" if there is a best epoch, and "average/NAME" with
//             training.average; or "value/NAME" of a kind of model without towers
//   metadata  "format", "config" (SHA-256 of the settings that affect the numbers), "data" (fingerprints of
//             the table, its split and the fitted features, JSON), "state" (JSON), "optimizer_steps", and
//             "sha256", which covers the whole file (io/safetensors.h)
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shortlist/io/safetensors.h"
#include "shortlist/model/data_fingerprint.h"
#include "shortlist/model/parameters.h"
#include "shortlist/optim/optimizer_state.h"
#include "shortlist/optim/weight_average.h"
#include "shortlist/train/trainer_state.h"

namespace shortlist {

struct CheckpointView {
  Parameters* parameters = nullptr;
  Optimizer* optimizer = nullptr;
  WeightAverage* average = nullptr;     // may be null
  std::vector<Buffer>* best = nullptr;  // for each parameter; empty before the first best epoch
  TrainerState* state = nullptr;
  std::string config_hash;
  const DataFingerprint* data = nullptr;
};

// The state of a learner without parameters and optimizer: named values.
struct ValuesCheckpoint {
  std::vector<std::pair<std::string, std::span<float>>> values;  // tensors "value/NAME"
  TrainerState* state = nullptr;
  std::string config_hash;
  const DataFingerprint* data = nullptr;
};
void save_checkpoint(const std::string& path, const ValuesCheckpoint& run);

// FOLDER/epoch-0003.safetensors, or FOLDER/epoch-0003-step-00000040.safetensors in the middle of an epoch.
std::string checkpoint_path(const std::string& folder, const TrainerState& state);
void save_checkpoint(const std::string& path, const CheckpointView& run);

// A checkpoint that was read completely and whose checksum is correct.
struct Checkpoint {
  std::string path;
  SafetensorsFile file;
};

// Opens the checkpoint in this file. Throws as open_newest_checkpoint().
Checkpoint open_checkpoint(const std::string& path);
// The newest checkpoint of the folder, or none if the folder has no checkpoint. Throws a data Error that
// names the file if it is damaged or of another format version.
std::optional<Checkpoint> open_newest_checkpoint(const std::string& folder);
// The checkpoint in this file, or the newest of this folder. Throws also a usage Error for a folder without
// one.
Checkpoint open_given_checkpoint(const std::string& path);
// The same, but renames a damaged checkpoint to NAME.damaged, calls `warn` with a sentence about it, and
// opens the previous one. Throws only if all are damaged.
std::optional<Checkpoint> open_newest_whole_checkpoint(const std::string& folder,
                                                       const std::function<void(const std::string&)>& warn);
// Throws a data Error if the checkpoint belongs to another config or model.
void load_checkpoint(const Checkpoint& checkpoint, const CheckpointView& run);
void load_checkpoint(const Checkpoint& checkpoint, const ValuesCheckpoint& run);
// Returns only the optimizer's state, without checking the config.
OptimizerState load_optimizer_state(const Checkpoint& checkpoint);

// Whether the folder has a checkpoint, damaged or not.
bool has_checkpoint(const std::string& folder);
// Removes all but the newest `keep`; 0 keeps all.
void prune_checkpoints(const std::string& folder, int keep);

}  // namespace shortlist
