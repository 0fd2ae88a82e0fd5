// The `train` and `evaluate` commands as one call each.
#pragma once

#include <string>
#include <vector>

namespace shortlist {

struct TrainRequest {
  std::string config;                 // a TOML file
  std::string table;                  // replaces the config's table if not empty
  std::string out;                    // the folder that becomes the bundle
  std::vector<std::string> settings;  // "training.epochs=5"
  int threads = 0;                    // 0: one per processor
  bool resume = false;
};

// Trains, evaluates and saves. Returns the evaluation as JSON. Throws Error.
std::string train_bundle(const TrainRequest& request);

// Evaluates a bundle on rows of a table: "train", "validation", "test" or "all". With "", uses the test rows
// of the table that it was trained on, or all rows of another table. Returns JSON. Throws Error.
std::string evaluate_bundle(const std::string& bundle, const std::string& table,
                            const std::string& split = "");

}  // namespace shortlist
