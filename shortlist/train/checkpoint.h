// A run's state on disk: one safetensors file, written whole or not at all.
//   tensors   "parameter/NAME", "slot/NAME", and "best/NAME" once there is a best epoch
//   metadata  "format", "config" (SHA-256 of what decides the numbers), "data" (fingerprints of the table,
//   its
//             split and the fitted features, JSON), "state" (JSON), "optimizer_steps"
#pragma once

#include <string>
#include <vector>

#include "shortlist/model/data_fingerprint.h"
#include "shortlist/model/parameters.h"
#include "shortlist/optim/optimizer_state.h"
#include "shortlist/train/trainer.h"

namespace shortlist {

struct CheckpointView {
  Parameters* parameters = nullptr;
  Optimizer* optimizer = nullptr;
  std::vector<Buffer>* best = nullptr;  // of each parameter; empty before the first best epoch
  TrainerState* state = nullptr;
  std::string config_hash;
  const DataFingerprint* data = nullptr;
};

// FOLDER/epoch-0003.safetensors, or FOLDER/epoch-0003-step-000040.safetensors in the middle of an epoch.
std::string checkpoint_path(const std::string& folder, const TrainerState& state);
void save_checkpoint(const std::string& path, const CheckpointView& run);
void load_checkpoint(const std::string& path, const CheckpointView& run);
// The optimizer's state alone, whatever the config.
OptimizerState load_optimizer_state(const std::string& path);

// The newest checkpoint's path, or "".
std::string newest_checkpoint(const std::string& folder);
// Removes all but the newest `keep`; 0 keeps all.
void prune_checkpoints(const std::string& folder, int keep);

}  // namespace shortlist
