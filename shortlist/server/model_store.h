// The models being served, by name. A new bundle replaces a model atomically for new requests. Requests in
// progress finish with the old one.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/server/model.h"

namespace shortlist {

struct ModelSource {
  std::string name;
  std::string path;  // a bundle, or a folder whose file `latest` names the bundle's folder in it
};

// Parses "runs/anime" (named anime) or "films=runs/anime".
ModelSource parse_model_source(const std::string& text);

// The real path of a folder beneath `root`. `path` is relative to it or absolute. Throws Error(data) if the
// folder does not exist or is not beneath the root, also through ".." or links. The message is the same for
// both, so that clients cannot learn what exists elsewhere. A file `latest` in the folder must also name a
// folder beneath the root.
std::string resolve_beneath(const std::string& root, const std::string& path);

class ModelStore {
 public:
  // Loads all models. Throws Error(data) if one is damaged, Error(usage) if two have the same name.
  explicit ModelStore(std::vector<ModelSource> sources);

  // The model of a name, or the first model for "". Null if no model has that name.
  ModelPtr find(std::string_view name) const;
  std::vector<ModelPtr> all() const;

  // Loads a model's bundle from its source, or from `path` if it is not empty, which then becomes its source.
  // On an error the old model is kept, and the Error has the reason. Slow; runs on a thread of lower
  // priority. Calls wait for each other.
  ModelPtr reload(std::string_view name, const std::string& path = "");

  // Whether a reload() is in progress. It cannot be interrupted.
  bool is_loading() const { return loads_ > 0; }

  using Clock = std::chrono::steady_clock;
  // The models to reload: those whose source has changed since it was last loaded, or any of whose files has
  // changed since loading failed. If loading failed for lack of memory or descriptors, which may be
  // temporary, the model is due again after a minute, then after twice as long each time, up to an hour.
  std::vector<std::string> changed(Clock::time_point now = Clock::now()) const;

  // Frees replaced models that no request uses any more. Freeing their memory may take long, so do not call
  // this on a thread that answers requests.
  void release_replaced();

 private:
  struct Entry {
    ModelSource source;
    ModelPtr model;
    std::string stamp = {};         // of the source when it was last loaded
    std::string failed_stamp = {};  // of all its files when loading last failed; "" if it did not
    int failures = 0;               // consecutive failures for lack of resources
    Clock::time_point due = {};     // time of the next attempt after such a failure

    void note_failure(const std::string& files, bool may_pass);
  };
  Entry& entry(std::string_view name);

  class Load;

  std::atomic<int> loads_ = 0;
  std::mutex loading_;
  mutable std::mutex mutex_;  // guards all members below
  std::vector<Entry> entries_;
  std::vector<ModelPtr> replaced_;
};

}  // namespace shortlist
