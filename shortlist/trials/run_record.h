// One training in a folder of trainings, made by a child process and kept, so that a comparison or a search
// that was killed does not repeat it.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "shortlist/config/config.h"
#include "shortlist/trials/children.h"

namespace shortlist {

struct RunRecord {
  std::string key;    // of the settings and data; a run with another key is another run
  std::string error;  // why there is no bundle, or ""
  double seconds = 0, cpu_seconds = 0;
  size_t peak_bytes = 0;
};

// The files of one training: BASE/ is the bundle, and next to it BASE.toml, BASE.log and BASE.json.
struct RunFolder {
  std::string base;

  std::string config() const { return base + ".toml"; }
  std::string log() const { return base + ".log"; }
  std::string record() const { return base + ".json"; }
  std::string started() const { return base + ".started"; }  // has the key of the run that was started

  // Whether a training with this key ended and its bundle is there. Sets `record`.
  bool is_done(const std::string& key, RunRecord& record) const;
  // Writes the config and returns the child that trains it, continuing from a checkpoint of the same key.
  ChildJob start(const std::string& toml, const std::string& key, int threads,
                 const std::vector<std::string>& tables) const;
  RunRecord finish(const std::string& key, const ChildEnd& end) const;
};

}  // namespace shortlist
