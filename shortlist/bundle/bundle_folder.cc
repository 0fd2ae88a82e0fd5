#include "shortlist/bundle/bundle_folder.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "shortlist/base/error.h"
#include "shortlist/io/sha256.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;
constexpr size_t kVersionDigits = 12;

std::string next_folder(const std::string& folder) { return folder + "/.next"; }
std::string next_manifest(const std::string& folder) { return next_folder(folder) + "/" + kManifestFile; }

bool there(const std::string& path) { return type_of_file(path) != fs::file_type::not_found; }

// Completes an interrupted replacement: moves its files to their places, or removes them if there is no
// manifest.
void settle(const std::string& folder) try {
  const std::string next = next_folder(folder);
  if (there(next_manifest(folder))) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(next)) names.push_back(entry.path().filename());
    std::ranges::sort(names);
    for (const std::string& name : names) {
      if (name != kManifestFile) fs::rename(next + "/" + name, folder + "/" + name);
    }
    sync_folder(folder);
    fs::rename(next_manifest(folder), folder + "/" + kManifestFile);
    sync_folder(folder);
  }
  fs::remove_all(next);
} catch (const fs::filesystem_error& error) {
  const fs::path& path = error.path2().empty() ? error.path1() : error.path2();
  throw failed("cannot write {}: {}", path.string(), error.code().message());
}

}  // namespace

bool has_manifest(const std::string& folder) {
  return there(folder + "/" + kManifestFile) || there(next_manifest(folder));
}

BundleReader::BundleReader(const std::string& folder) : folder_(folder) {
  if (!has_manifest(folder)) throw data_error("{}: not a bundle: it has no {}", folder, kManifestFile);
  FileBytes bytes;
  if (there(next_manifest(folder))) try {
      manifest_path_ = next_manifest(folder);
      bytes = FileBytes(manifest_path_);
      moving_ = true;
    } catch (const Error&) {
      if (there(manifest_path_)) throw;  // otherwise it has been moved to its place meanwhile
    }
  if (!moving_) {
    manifest_path_ = folder + "/" + kManifestFile;
    bytes = FileBytes(manifest_path_);
  }
  version_ = sha256_hex(bytes.bytes()).substr(0, kVersionDigits);
  manifest_ = parse_manifest(bytes.text(), manifest_path_);
}

bool BundleReader::was_replaced() const try {
  return BundleReader(folder_).version_ != version_;
} catch (const Error&) {
  return false;
}

std::string BundleReader::path(const std::string& name) const {
  const std::string next = next_folder(folder_) + "/" + name;
  return moving_ && there(next) ? next : folder_ + "/" + name;
}

FileBytes BundleReader::open(const std::string& name) const {
  const std::string next = next_folder(folder_) + "/" + name, place = folder_ + "/" + name;
  if (moving_ && there(next)) try {
      return FileBytes(next);
    } catch (const Error&) {
      if (there(next)) throw;  // otherwise it has been moved to its place meanwhile
    }
  if (!there(place)) {
    std::error_code ignored;
    const bool link = fs::is_symlink(fs::symlink_status(place, ignored));
    throw data_error("{}: is missing{}", place, link ? ": it is a broken link" : "");
  }
  return FileBytes(place);
}

FileBytes BundleReader::read(const ListedFile& file) const {
  FileBytes bytes = open(file.name);
  const size_t size = bytes.bytes().size();
  if (size != file.bytes)
    throw data_error("{}: has {} bytes, need {}: the file was truncated or changed", path(file.name), size,
                     file.bytes);
  if (sha256_hex(bytes.bytes()) != file.sha256)
    throw data_error("{}: wrong checksum: the file was changed", path(file.name));
  return bytes;
}

BundleWriter::BundleWriter(std::string folder, std::string kind)
    : folder_(std::move(folder)), next_(next_folder(folder_)) {
  manifest_.kind = std::move(kind);
  settle(folder_);
  make_directories(next_);
}

BundleWriter::~BundleWriter() {
  if (finished_) return;
  std::error_code ignored;
  fs::remove(path(kManifestFile), ignored);  // first: without a manifest, the remaining files are ignored
  fs::remove_all(next_, ignored);
}

std::string BundleWriter::path(const std::string& name) const { return next_ + "/" + name; }

void BundleWriter::add(const std::string& name) {
  const FileBytes bytes(path(name));
  manifest_.list({name, bytes.bytes().size(), sha256_hex(bytes.bytes())});
}

BundleReader BundleWriter::written() const { return BundleReader(next_, manifest_); }

void BundleWriter::finish() {
  write_file_atomically(path(kManifestFile), manifest_text(manifest_));
  finished_ = true;
  settle(folder_);
}

}  // namespace shortlist
