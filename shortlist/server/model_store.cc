#include "shortlist/server/model_store.h"

#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <future>

#include "shortlist/base/error.h"
#include "shortlist/base/start_thread.h"
#include "shortlist/base/threads.h"
#include "shortlist/bundle/bundle.h"
#include "shortlist/bundle/bundle_address.h"

namespace shortlist {
namespace {

constexpr int kLoadingNice = 5;

// Whether the error is a lack of resources, which may be temporary, and not a fault of the bundle.
bool may_pass(const std::exception& error) {
  const auto* known = dynamic_cast<const Error*>(&error);
  return known == nullptr || known->kind() == ErrorKind::failed;
}

// Loads on a low-priority thread that takes only the processor time that requests leave.
ModelPtr load_aside(const std::string& name, const SourceBundle& bundle, int generation) {
  std::promise<ModelPtr> made;
  start_thread([&] {
    const sched_param none{};
    pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
    [[maybe_unused]] const int niceness = nice(kLoadingNice);  // on Linux, affects this thread only
    try {
      made.set_value(std::make_shared<const ServedModel>(name, bundle.folder, generation, bundle.release));
    } catch (...) {
      made.set_exception(std::current_exception());
    }
  }).join();
  return made.get_future().get();
}

FetchSettings completed(FetchSettings fetch, const std::vector<ModelSource>& sources) {
  int addresses = 0;
  for (const ModelSource& source : sources) {
    if (!is_address(source.path)) continue;
    check_address(source.path, fetch.command);
    ++addresses;
  }
  fetch.keep = std::max(fetch.keep, 2 * addresses);  // the served ones, and those that are being fetched
  return fetch;
}

}  // namespace

ModelStore::ModelStore(std::vector<ModelSource> sources, FetchSettings fetch,
                       std::chrono::duration<double> poll)
    : fetch_(completed(std::move(fetch), sources)),
      poll_(poll),
      polled_(Clock::now().time_since_epoch().count()) {
  for (const ModelSource& source : sources) {
    if (std::ranges::count(sources, source.name, &ModelSource::name) > 1)
      throw usage_error("two models are named '{}'; give one of them another name as NAME=BUNDLE",
                        source.name);
    std::string stamp = stamp_now(source.path);
    const SourceBundle bundle = resolve_source(source.path, fetch_);
    auto model = std::make_shared<const ServedModel>(source.name, bundle.folder, 1, bundle.release);
    entries_.push_back({source, std::move(model), std::move(stamp)});
  }
}

std::string ModelStore::stamp_now(const std::string& source) const {
  return is_address(source) ? stamp_of_address(source, fetch_) : stamp_of(source);
}

ModelPtr ModelStore::find(std::string_view name) const {
  std::lock_guard lock(mutex_);
  for (const Entry& entry : entries_)
    if (name.empty() || entry.source.name == name) return entry.model;
  return nullptr;
}

std::vector<ModelPtr> ModelStore::all() const {
  std::lock_guard lock(mutex_);
  std::vector<ModelPtr> models;
  for (const Entry& entry : entries_) models.push_back(entry.model);
  return models;
}

ModelStore::Entry& ModelStore::entry(std::string_view name) {
  for (Entry& entry : entries_)
    if (entry.source.name == name) return entry;
  throw usage_error("no model is named '{}'", name);
}

// Counts a load during its lifetime.
class ModelStore::Load {
 public:
  explicit Load(std::atomic<int>& loads) : loads_(loads) { ++loads_; }
  ~Load() { --loads_; }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

 private:
  std::atomic<int>& loads_;
};

ModelPtr ModelStore::reload(std::string_view name, const std::string& path) {
  const Load load(loads_);
  std::lock_guard loading(loading_);
  std::string source;
  int generation = 0;
  {
    std::lock_guard lock(mutex_);
    const Entry& found = entry(name);
    source = path.empty() ? found.source.path : path;
    generation = found.model->generation + 1;
  }
  std::string stamp, files;
  const auto note_failure = [&](const std::exception& error) {
    std::lock_guard lock(mutex_);
    if (path.empty()) entry(name).note_failure(files, may_pass(error));
  };
  try {
    stamp = stamp_now(source);
  } catch (const std::exception& error) {
    note_failure(error);
    throw;
  }
  files = is_address(source) ? "" : stamp_of_files(source);
  if (path.empty()) {
    std::lock_guard lock(mutex_);
    entry(name).stamp = stamp;
  }
  ModelPtr fresh;
  try {
    fresh = load_aside(std::string(name), resolve_source(source, fetch_), generation);
  } catch (const std::exception& error) {
    note_failure(error);
    throw;
  }
  std::lock_guard lock(mutex_);
  Entry& found = entry(name);
  found.failures = 0;
  found.failed_stamp.clear();
  replaced_.push_back(std::exchange(found.model, fresh));
  found.source.path = source;
  found.stamp = stamp;
  return fresh;
}

void ModelStore::Entry::note_failure(const std::string& files, bool may_pass) {
  constexpr std::chrono::minutes kFirst{1}, kMost{60};
  failed_stamp = files;
  due =
      !may_pass ? Clock::time_point::max() : Clock::now() + (failures < 6 ? kFirst * (1 << failures) : kMost);
  failures = may_pass ? failures + 1 : 0;
}

std::vector<std::string> ModelStore::changed(Clock::time_point now) const {
  struct Known {
    ModelSource source;
    std::string stamp, failed_stamp;
    bool due;
  };
  std::vector<Known> known;
  {
    std::lock_guard lock(mutex_);  // released while files are checked, since requests wait for it
    for (const Entry& entry : entries_)
      known.push_back(
          {entry.source, entry.stamp, entry.failed_stamp, entry.failures > 0 && now >= entry.due});
  }
  std::vector<std::string> names;
  for (const auto& [source, stamp, failed_stamp, due] : known) {
    if (is_address(source.path)) {
      if (due) names.push_back(source.name);
      continue;
    }
    const bool repaired = !failed_stamp.empty() && stamp_of_files(source.path) != failed_stamp;
    if (due || repaired || stamp_of(source.path) != stamp) names.push_back(source.name);
  }
  return names;
}

bool ModelStore::is_poll_due(Clock::time_point now) const {
  constexpr std::chrono::seconds kLeast(1);  // between polls that clients cause
  {
    std::lock_guard lock(mutex_);
    if (std::ranges::none_of(entries_, [](const Entry& entry) { return is_address(entry.source.path); }))
      return false;
  }
  const auto passed = now - Clock::time_point(Clock::duration(polled_));
  return passed >= poll_ || (newer_wanted_ && passed >= kLeast);
}

ModelStore::Polled ModelStore::poll() {
  const Load load(loads_);
  newer_wanted_ = false;
  std::vector<std::pair<ModelSource, std::string>> known;
  {
    std::lock_guard lock(mutex_);
    for (const Entry& entry : entries_)
      if (is_address(entry.source.path)) known.emplace_back(entry.source, entry.stamp);
  }
  Polled polled;
  for (const auto& [source, stamp] : known) {
    std::string error;
    try {
      if (stamp_now(source.path) != stamp) polled.changed.push_back(source.name);
    } catch (const std::exception& thrown) {
      error = thrown.what();
    }
    std::lock_guard lock(mutex_);
    if (!error.empty() && !entry(source.name).unreachable) polled.failed.emplace_back(source.name, error);
    entry(source.name).unreachable = !error.empty();
  }
  polled_ = Clock::now().time_since_epoch().count();
  return polled;
}

void ModelStore::release_replaced() {
  std::vector<ModelPtr> unused;  // destroyed after the lock is released
  {
    std::lock_guard lock(mutex_);
    std::erase_if(replaced_, [&](ModelPtr& model) {
      const bool used = model.use_count() > 1;
      if (!used) unused.push_back(std::move(model));
      return !used;
    });
  }
  if (unused.empty()) return;
  unused.clear();
  malloc_trim(0);  // glibc would keep most of the memory, in the arenas of the loading threads
}

}  // namespace shortlist
