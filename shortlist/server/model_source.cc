#include "shortlist/server/model_source.h"

#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "shortlist/base/error.h"
#include "shortlist/bundle/bundle_address.h"
#include "shortlist/bundle/bundle_pointer.h"
#include "shortlist/bundle/bundle_store.h"
#include "shortlist/bundle/manifest.h"
#include "shortlist/io/file.h"
#include "shortlist/io/sha256.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;

// Names are used in paths and in metrics.
bool is_name(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  return !text.empty() && text.find_first_not_of(kLetters) == text.npos;
}

// In milliseconds since 1970; 0 if there is no such file.
int64_t time_of(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return 0;
  return status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1'000'000;
}

// The pointer and its time. They belong together unless the file is replaced more often than it can be read.
SourceBundle read_pointer(const std::string& folder, const std::string& pointer) {
  constexpr int kAttempts = 5;
  for (int attempt = 1;; ++attempt) {
    const int64_t before = time_of(pointer);
    const BundlePointer read = parse_pointer(FileBytes(pointer).text(), pointer);
    if (before != time_of(pointer) && attempt < kAttempts) continue;
    return {(fs::path(folder) / read.folder).string(), read.release.value_or(before)};
  }
}

// The bundle that a folder currently names.
SourceBundle resolve(const std::string& path) {
  const std::string pointer = path + "/" + kPointerFile;
  if (type_of_file(pointer) == fs::file_type::regular) return read_pointer(path, pointer);
  return {path, time_of(path + "/" + kManifestFile)};
}

bool is_beneath(const fs::path& path, const fs::path& root) {
  return std::ranges::mismatch(root, path).in1 == root.end();
}

}  // namespace

ModelSource parse_model_source(const std::string& text) {
  const size_t equals = text.substr(0, text.find("://")).find('=');
  ModelSource source{equals == text.npos ? "" : text.substr(0, equals),
                     text.substr(equals == text.npos ? 0 : equals + 1)};
  if (equals == text.npos)
    source.name = is_address(text)
                      ? last_part(text)
                      : (fs::absolute(source.path) / "").lexically_normal().parent_path().filename().string();
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
    const fs::path bundle = fs::canonical(resolve(real.string()).folder, error);
    if (!error && is_beneath(bundle, real_root) && fs::is_directory(bundle, error)) return real.string();
  }
  throw data_error("'{}' is not a folder in --bundles-root", path);
}

SourceBundle resolve_source(const std::string& path, const FetchSettings& settings) {
  if (!is_address(path)) return resolve(path);
  const FoundBundle found = find_bundle(path, settings);
  return {fetch_bundle(found, settings), found.release};
}

std::string stamp_of(const std::string& path) {
  try {
    const SourceBundle bundle = resolve(path);
    return fmt::format("{} {} {}", bundle.folder, bundle.release, bundle_stamp(bundle.folder));
  } catch (const Error& error) {
    return error.what();
  }
}

std::string stamp_of_files(const std::string& path) {
  std::vector<std::string> stamps;
  try {
    for (const auto& entry : fs::directory_iterator(resolve(path).folder)) {
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

std::string stamp_of_address(const std::string& address, const FetchSettings& settings) {
  const FoundBundle found = find_bundle(address, settings);
  return fmt::format("{} {} {}", found.address, found.release, sha256_hex(bytes_of(found.manifest)));
}

}  // namespace shortlist
