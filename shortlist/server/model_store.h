// The models being served, by name. A new bundle replaces a model atomically for new requests. Requests in
// progress finish with the old one.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shortlist/server/model.h"
#include "shortlist/server/model_source.h"

namespace shortlist {

class ModelStore {
 public:
  // Loads all models, after fetching those whose source is an address. Throws Error(data) if one is damaged,
  // Error(failed) if one cannot be fetched, Error(usage) if two have the same name.
  explicit ModelStore(std::vector<ModelSource> sources, FetchSettings fetch = {},
                      std::chrono::duration<double> poll = std::chrono::seconds(30));

  // The model of a name, or the first model for "". Null if no model has that name.
  ModelPtr find(std::string_view name) const;
  std::vector<ModelPtr> all() const;

  // Loads a model's bundle from its source, or from `path` if it is not empty, which then becomes its source.
  // On an error the old model is kept, and the Error has the reason. Slow; runs on a thread of lower
  // priority. Calls wait for each other.
  ModelPtr reload(std::string_view name, const std::string& path = "");

  // Whether a reload() or poll() is in progress. It cannot be interrupted.
  bool is_loading() const { return loads_ > 0; }

  using Clock = std::chrono::steady_clock;
  // The models to reload: those whose source has changed since it was last loaded, or any of whose files has
  // changed since loading failed. If loading failed for lack of memory or descriptors, which may be
  // temporary, the model is due again after a minute, then after twice as long each time, up to an hour.
  // Looks only at folders; poll() looks at addresses.
  std::vector<std::string> changed(Clock::time_point now = Clock::now()) const;

  // Whether the addresses are to be looked at again: every `poll` seconds, and sooner after ask_for_newer().
  bool is_poll_due(Clock::time_point now = Clock::now()) const;
  struct Polled {
    std::vector<std::string> changed;                         // names of models to reload
    std::vector<std::pair<std::string, std::string>> failed;  // names and errors, of first failures in a row
  };
  // Looks at all addresses. Slow. The other functions may be called meanwhile, but not poll().
  Polled poll();
  // A client has seen a newer release than the one being served. Thread-safe and fast.
  void ask_for_newer() { newer_wanted_ = true; }

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
    bool unreachable = false;       // the last poll of its address failed

    void note_failure(const std::string& files, bool may_pass);
  };
  Entry& entry(std::string_view name);
  std::string stamp_now(const std::string& source) const;

  class Load;

  const FetchSettings fetch_;
  const std::chrono::duration<double> poll_;
  std::atomic<bool> newer_wanted_ = false;
  std::atomic<Clock::rep> polled_ = 0;  // time of the last poll, since the clock's epoch
  std::atomic<int> loads_ = 0;
  std::mutex loading_;
  mutable std::mutex mutex_;  // guards all members below
  std::vector<Entry> entries_;
  std::vector<ModelPtr> replaced_;
};

}  // namespace shortlist
