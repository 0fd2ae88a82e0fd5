// The models being served, by name. A new bundle takes a model's place in one step, for requests to come;
// those under way end with the old one.
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
  std::string path;  // a bundle, or a folder with a file `latest` that names the bundle's folder in it
};

// "runs/anime" (its name is anime) or "films=runs/anime".
ModelSource parse_model_source(const std::string& text);

// The real path of a folder beneath `root`, of a path that is relative to it or absolute. Throws a data Error
// for one that is not there or, through ".." or links, not beneath it, with the same words for both, so that
// nobody learns what lies elsewhere. A file `latest` in the folder must name a folder beneath the root, too.
std::string resolve_beneath(const std::string& root, const std::string& path);

class ModelStore {
 public:
  // Loads all; throws a data Error when one is damaged, a usage Error when two have one name.
  explicit ModelStore(std::vector<ModelSource> sources);

  // The model of a name, or the first of all for ""; none when nothing has that name.
  ModelPtr find(std::string_view name) const;
  std::vector<ModelPtr> all() const;

  // Loads a model's bundle from where its source now points, or, for a `path` that is not empty, from there,
  // which becomes its source. On an error the old one stays, and the Error says why. Slow, in a thread of
  // lower priority; calls wait for each other.
  ModelPtr reload(std::string_view name, const std::string& path = "");

  // Whether a reload() is under way, which nothing ends early.
  bool is_loading() const { return loads_ > 0; }

  using Clock = std::chrono::steady_clock;
  // The models to reload: whose source has changed since it was last loaded, or any of whose files has since
  // loading failed. Where the machine failed, with too little memory or too few descriptors, which may pass,
  // a model is due again a minute after the first time, then after twice as long each time, up to an hour.
  std::vector<std::string> changed(Clock::time_point now = Clock::now()) const;

  // Lets go of replaced models that no request uses any more. Their memory may take long to give back, so
  // this is not for a thread that answers requests.
  void release_replaced();

 private:
  struct Entry {
    ModelSource source;
    ModelPtr model;
    std::string stamp = {};         // of the source when it was last loaded
    std::string failed_stamp = {};  // of all its files when loading last failed; "" when it did not
    int failures = 0;               // of the machine to load it, one after the other
    Clock::time_point due = {};     // again, after such a failure

    void note_failure(const std::string& files, bool may_pass);
  };
  Entry& entry(std::string_view name);

  class Load;

  std::atomic<int> loads_ = 0;
  std::mutex loading_;
  mutable std::mutex mutex_;  // of all that follows
  std::vector<Entry> entries_;
  std::vector<ModelPtr> replaced_;
};

}  // namespace shortlist
