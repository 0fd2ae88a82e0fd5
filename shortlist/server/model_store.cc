#include "shortlist/server/model_store.h"

#include <fmt/ranges.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <future>

#include "shortlist/base/error.h"
#include "shortlist/base/start_thread.h"
#include "shortlist/base/threads.h"
#include "shortlist/bundle/bundle.h"
#include "shortlist/bundle/bundle_store.h"
#include "shortlist/io/file.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;

constexpr int kLoadingNice = 5;
constexpr size_t kMostOfAPointer = 4096;  // bytes
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Names are used in paths and in metrics.
bool is_name(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  return !text.empty() && text.find_first_not_of(kLetters) == text.npos;
}

// The folder that a `latest` file names.
std::string read_pointer(const std::string& path) {
  const FileBytes file(path);
  std::string_view target = file.text();
  if (target.starts_with(kByteOrderMark)) target.remove_prefix(kByteOrderMark.size());
  while (target.ends_with('\n') || target.ends_with('\r')) target.remove_suffix(1);
  if (target.empty()) throw data_error("{}: is empty, need the name of a bundle's folder", path);
  if (target.size() > kMostOfAPointer || target.find_first_of(std::string_view("\0\n", 2)) != target.npos)
    throw data_error("{}: need the name of a bundle's folder in one line", path);
  return std::string(target);
}

// The bundle that a source currently names.
std::string resolve(const std::string& path) {
  const std::string pointer = path + "/latest";
  if (type_of_file(pointer) != fs::file_type::regular) return path;
  return (fs::path(path) / read_pointer(pointer)).string();
}

// Changes if the source names another bundle.
std::string stamp_of(const std::string& path) {
  try {
    const std::string bundle = resolve(path);
    return bundle + " " + bundle_stamp(bundle);
  } catch (const Error& error) {
    return error.what();
  }
}

// Changes if any file of the bundle is replaced or written to.
std::string stamp_of_files(const std::string& path) {
  std::vector<std::string> stamps;
  try {
    for (const auto& entry : fs::directory_iterator(resolve(path))) {
      struct stat status {};
      if (::stat(entry.path().c_str(), &status) != 0) continue;
      stamps.push_back(fmt::format("{} {} {} {}.{}", entry.path().filename().string(), status.st_ino,
                                   status.st_size, status.st_ctim.tv_sec, status.st_ctim.tv_nsec));
    }
  } catch (const std::exception& error) {
    return error.what();
  }
  std::ranges::sort(stamps);
  return fmt::format("{}\n{}", path, fmt::join(stamps, "\n"));
}

bool is_beneath(const fs::path& path, const fs::path& root) {
  return std::ranges::mismatch(root, path).in1 == root.end();
}

// Whether the error is a lack of resources, which may be temporary, and not a fault of the bundle.
bool may_pass(const std::exception& error) {
  const auto* known = dynamic_cast<const Error*>(&error);
  return known == nullptr || known->kind() == ErrorKind::failed;
}

// Loads on a low-priority thread that takes only the processor time that requests leave.
ModelPtr load_aside(const std::string& name, const std::string& bundle, int generation) {
  std::promise<ModelPtr> made;
  start_thread([&] {
    const sched_param none{};
    pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
    [[maybe_unused]] const int niceness = nice(kLoadingNice);  // on Linux, affects this thread only
    try {
      made.set_value(std::make_shared<const ServedModel>(name, bundle, generation));
    } catch (...) {
      made.set_exception(std::current_exception());
    }
  }).join();
  return made.get_future().get();
}

}  // namespace

ModelSource parse_model_source(const std::string& text) {
  const size_t equals = text.find('=');
  ModelSource source{equals == text.npos ? "" : text.substr(0, equals),
                     text.substr(equals == text.npos ? 0 : equals + 1)};
  if (equals == text.npos)
    source.name = (fs::absolute(source.path) / "").lexically_normal().parent_path().filename().string();
  if (!is_name(source.name)) {
    throw usage_error(
        "'{}': the model's name '{}' may contain only letters, digits, '_', '-' and '.'; give it another "
        "name as NAME=BUNDLE",
        text, source.name);
  }
  return source;
}

std::string resolve_beneath(const std::string& root, const std::string& path) {
  std::error_code error;
  const fs::path real_root = fs::canonical(root, error);
  if (error) throw data_error("--bundles-root {}: cannot be read: {}", root, error.message());
  const fs::path real = fs::canonical(real_root / path, error);
  const bool is_whole = path.find('\0') == path.npos;  // the system reads no further than a zero byte
  if (!error && is_whole && is_beneath(real, real_root)) {
    const fs::path bundle = fs::canonical(resolve(real.string()), error);
    if (!error && is_beneath(bundle, real_root) && fs::is_directory(bundle, error)) return real.string();
  }
  throw data_error("'{}' is not a folder in --bundles-root", path);
}

ModelStore::ModelStore(std::vector<ModelSource> sources) {
  for (const ModelSource& source : sources) {
    if (std::ranges::count(sources, source.name, &ModelSource::name) > 1)
      throw usage_error("two models are named '{}'; give one of them another name as NAME=BUNDLE",
                        source.name);
    std::string stamp = stamp_of(source.path);
    auto model = std::make_shared<const ServedModel>(source.name, resolve(source.path), 1);
    entries_.push_back({source, std::move(model), std::move(stamp)});
  }
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
  const std::string stamp = stamp_of(source), files = stamp_of_files(source);
  if (path.empty()) {
    std::lock_guard lock(mutex_);
    entry(name).stamp = stamp;
  }
  ModelPtr fresh;
  try {
    fresh = load_aside(std::string(name), resolve(source), generation);
  } catch (const std::exception& error) {
    std::lock_guard lock(mutex_);
    if (path.empty()) entry(name).note_failure(files, may_pass(error));
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
    const bool repaired = !failed_stamp.empty() && stamp_of_files(source.path) != failed_stamp;
    if (due || repaired || stamp_of(source.path) != stamp) names.push_back(source.name);
  }
  return names;
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
