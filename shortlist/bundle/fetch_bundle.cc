#include "shortlist/bundle/fetch_bundle.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "shortlist/base/error.h"
#include "shortlist/bundle/bundle_address.h"
#include "shortlist/bundle/bundle_pointer.h"
#include "shortlist/bundle/manifest.h"
#include "shortlist/io/file.h"
#include "shortlist/io/run_command.h"
#include "shortlist/io/sha256.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;
constexpr size_t kFingerprintDigits = 64;
constexpr std::string_view kTemporary = ".part-";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string cache_of(const FetchSettings& settings) {
  return settings.cache.empty() ? default_cache() : settings.cache;
}

// A name for a file that is being fetched. A killed process may leave a command that still writes to one.
std::string temporary_name() {
  static std::atomic<int> next = 0;
  return fmt::format("{}{}-{}", kTemporary, getpid(), next++);
}

// Removes the file at the end of the scope.
struct Temporary {
  std::string path;
  ~Temporary() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

// Copies the file at the address to the path. The Error has the command's message.
void fetch_file(const std::string& address, const std::string& path, const FetchSettings& settings) {
  const std::vector<std::string> words = fetch_words(settings.command, address, path);
  const CommandEnd end = run_command(words, settings.timeout);
  if (end.killed)
    throw failed("cannot fetch {}: {} took longer than {} s", address, words[0], settings.timeout);
  if (end.code != 0)
    throw failed("cannot fetch {}: {} ended with code {}{}{}", address, words[0], end.code,
                 end.message.empty() ? "" : ": ", end.message);
  if (type_of_file(path) != fs::file_type::regular)
    throw failed("cannot fetch {}: {} wrote no file", address, words[0]);
}

// A small file at an address, and when it was last changed.
struct FetchedText {
  std::string text;
  int64_t changed = 0;  // milliseconds since 1970; 0 if the command did not preserve it
};

int64_t milliseconds(const timespec& time) { return time.tv_sec * 1000 + time.tv_nsec / 1'000'000; }

FetchedText fetch_text(const std::string& address, const FetchSettings& settings) {
  const std::string cache = cache_of(settings);
  make_directories(cache);
  const Temporary file{cache + "/" + temporary_name()};
  timespec begin{};
  clock_gettime(CLOCK_REALTIME, &begin);
  fetch_file(address, file.path, settings);
  struct stat status {};
  if (stat(file.path.c_str(), &status) != 0) throw failed("cannot read {}", file.path);
  const int64_t changed = milliseconds(status.st_mtim);
  return {std::string(FileBytes(file.path).text()), changed < milliseconds(begin) ? changed : 0};
}

// A pointer must stay beneath its address, since it is less protected than the server's arguments may be.
std::string pointed_at(const std::string& address, const std::string& folder, const std::string& pointer) {
  const fs::path path(folder);
  if (path.is_absolute() || std::ranges::find(path, "..") != path.end())
    throw data_error("{}: names '{}', need the name of a folder next to it", pointer, folder);
  return address_in(address, folder);
}

std::string fingerprint_of(const FoundBundle& bundle) { return sha256_hex(bytes_of(bundle.manifest)); }

bool matches(const std::string& path, const ListedFile& file) {
  std::error_code error;
  if (!fs::is_regular_file(path, error) || fs::file_size(path, error) != file.bytes) return false;
  return sha256_hex(FileBytes(path).bytes()) == file.sha256;
}

// Fetches a listed file into the folder, unless it is there.
void complete(const std::string& folder, const FoundBundle& bundle, const ListedFile& file,
              const FetchSettings& settings) {
  if (matches(folder + "/" + file.name, file)) return;
  const Temporary part{folder + "/" + temporary_name()};
  const std::string address = address_in(bundle.address, file.name);
  fetch_file(address, part.path, settings);
  if (!matches(part.path, file))
    throw failed("{}: has {} bytes and another checksum than the manifest, which says {} bytes", address,
                 fs::file_size(part.path), file.bytes);
  move_into_place(part.path, folder + "/" + file.name);
}

FileLock wait_for_lock(const std::string& path) {
  for (;;) {
    if (auto lock = FileLock::try_lock(path)) return std::move(*lock);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

bool is_fingerprint(const std::string& name) {
  return name.size() == kFingerprintDigits && name.find_first_not_of("0123456789abcdef") == name.npos;
}

// The fingerprint of a cached bundle's folder, or of a partial one. "" for anything else.
std::string fingerprint_in(const std::string& name) {
  constexpr std::string_view kPartial = ".partial";
  if (is_fingerprint(name)) return name;
  if (!name.starts_with('.') || !name.ends_with(kPartial)) return "";
  const std::string inner = name.substr(1, name.size() - 1 - kPartial.size());
  return is_fingerprint(inner) ? inner : "";
}

// Removes a bundle of the cache, unless a process is fetching it. The renamed folder is no bundle any more,
// so nobody finds half of one.
void remove_cached(const fs::path& folder, const std::string& fingerprint) {
  const std::string lock_file = (folder.parent_path() / ("." + fingerprint + ".lock")).string();
  const auto lock = FileLock::try_lock(lock_file);
  if (!lock) return;
  std::error_code ignored;
  const fs::path partial = folder.parent_path() / ("." + fingerprint + ".partial");
  if (folder != partial) fs::rename(folder, partial, ignored);
  fs::remove_all(partial, ignored);
  fs::remove(lock_file, ignored);
}

// Of commands that were killed. `least` is the least age of files to remove.
void remove_temporary_files(const std::string& folder, std::chrono::hours least) {
  std::error_code ignored;
  const fs::file_time_type newest = fs::file_time_type::clock::now() - least;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().filename().string().starts_with(kTemporary) && entry.last_write_time(ignored) <= newest)
      fs::remove(entry.path(), ignored);
  }
}

// Errors are ignored: another process may remove the same folders, and the cache may be full of others'
// files.
void remove_unused(const std::string& cache, const std::string& used, int keep) {
  std::vector<std::pair<fs::file_time_type, fs::path>> folders;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(cache, error)) {
    const std::string fingerprint = fingerprint_in(entry.path().filename().string());
    if (!fingerprint.empty() && fingerprint != used)
      folders.emplace_back(entry.last_write_time(error), entry.path());
  }
  std::ranges::sort(folders, std::greater<>());
  for (size_t i = static_cast<size_t>(std::max(1, keep)) - 1; i < folders.size(); ++i) try {
      remove_cached(folders[i].second, fingerprint_in(folders[i].second.filename().string()));
    } catch (const Error&) {
    }
}

}  // namespace

std::string default_cache() {
  if (const std::string folder = environment("CACHE_DIRECTORY"); !folder.empty()) return folder;
  if (const std::string folder = environment("XDG_CACHE_HOME"); !folder.empty()) return folder + "/shortlist";
  if (const std::string home = environment("HOME"); !home.empty()) return home + "/.cache/shortlist";
  throw usage_error("bundles that are fetched need a cache: set --cache FOLDER or SHORTLIST_CACHE");
}

FetchSettings fetch_settings_of_environment() {
  FetchSettings settings;
  settings.cache = environment("SHORTLIST_CACHE");
  settings.command = environment("SHORTLIST_FETCH_COMMAND");
  return settings;
}

FoundBundle find_bundle(const std::string& address, const FetchSettings& settings) {
  FoundBundle found{.address = address, .manifest = {}, .release = 0};
  std::string no_pointer;
  try {
    const std::string pointer_address = address_in(address, kPointerFile);
    const FetchedText text = fetch_text(pointer_address, settings);
    const BundlePointer pointer = parse_pointer(text.text, pointer_address);
    found.address = pointed_at(address, pointer.folder, pointer_address);
    found.release = pointer.release.value_or(text.changed);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::failed) throw;
    no_pointer = error.message();
  }
  const std::string manifest_address = address_in(found.address, kManifestFile);
  try {
    const FetchedText text = fetch_text(manifest_address, settings);
    parse_manifest(text.text, manifest_address);
    found.manifest = text.text;
    if (!no_pointer.empty()) found.release = text.changed;
  } catch (const Error& error) {
    if (no_pointer.empty() || error.kind() != ErrorKind::failed) throw;
    throw failed("{}: neither a bundle nor a folder with a file latest can be fetched.\n{}\n{}", address,
                 no_pointer, error.message());
  }
  return found;
}

std::string fetch_bundle(const FoundBundle& bundle, const FetchSettings& settings) {
  const std::string cache = cache_of(settings), fingerprint = fingerprint_of(bundle);
  const std::string folder = cache + "/" + fingerprint, partial = cache + "/." + fingerprint + ".partial";
  const Manifest manifest = parse_manifest(bundle.manifest, address_in(bundle.address, kManifestFile));
  make_directories(cache);
  const FileLock lock = wait_for_lock(cache + "/." + fingerprint + ".lock");
  const bool cached = type_of_file(folder) == fs::file_type::directory;
  const std::string& place = cached ? folder : partial;
  make_directories(place);
  remove_temporary_files(place, std::chrono::hours(0));
  remove_temporary_files(cache, std::chrono::hours(1));
  for (const ListedFile& file : manifest.files) complete(place, bundle, file, settings);
  if (!cached || read_file(folder + "/" + kManifestFile) != bundle.manifest)
    write_file_atomically(place + "/" + kManifestFile, bundle.manifest);
  if (!cached) {
    std::error_code error;
    fs::rename(partial, folder, error);
    if (error) throw failed("cannot write {}: {}", folder, error.message());
    sync_folder(cache);
  }
  std::error_code ignored;
  fs::last_write_time(folder, fs::file_time_type::clock::now(), ignored);
  remove_unused(cache, fingerprint, settings.keep);
  return folder;
}

std::string local_bundle(const std::string& path) {
  if (!is_address(path)) return path;
  const FetchSettings settings = fetch_settings_of_environment();
  check_address(path, settings.command);
  return fetch_bundle(find_bundle(path, settings), settings);
}

}  // namespace shortlist
