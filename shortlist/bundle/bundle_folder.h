// The folder of a bundle. Files that replace those of a bundle are made in .next/ in it. The manifest is
// written last and makes them the bundle; then each moves to its place, and until the last has, readers find
// some of them in .next/.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shortlist/bundle/manifest.h"
#include "shortlist/io/file.h"

namespace shortlist {

// Whether the folder has a manifest, in its place or in .next/. Throws a data Error if that cannot be seen.
bool has_manifest(const std::string& folder);

// Reads the files that a manifest lists. The bytes that it returns are those whose checksum it verified.
class BundleReader {
 public:
  // Throws a data Error that names the manifest if there is none or it is damaged.
  explicit BundleReader(const std::string& folder);
  // Of files that have no manifest yet.
  BundleReader(std::string folder, Manifest manifest)
      : folder_(std::move(folder)), manifest_(std::move(manifest)) {}

  const Manifest& manifest() const { return manifest_; }
  const std::string& manifest_path() const { return manifest_path_; }
  // The first 12 digits of the manifest's SHA-256.
  const std::string& version() const { return version_; }
  // Whether the folder has another manifest by now.
  bool was_replaced() const;

  // Where the file is now.
  std::string path(const std::string& name) const;
  // Throws a data Error that names the file if it is missing or is not what the manifest says.
  FileBytes read(const ListedFile& file) const;

 private:
  FileBytes open(const std::string& name) const;

  std::string folder_, manifest_path_, version_;
  Manifest manifest_;
  bool moving_ = false;  // a new manifest is there, but not yet all of its files are at their places
};

// Makes a folder a bundle, or replaces the bundle in it: until finish() the folder is what it was.
class BundleWriter {
 public:
  // Ends a replacement that was begun and did not end. `kind` is that of the model.
  BundleWriter(std::string folder, std::string kind);
  BundleWriter(const BundleWriter&) = delete;
  ~BundleWriter();

  // Where a file of this name is to be written.
  std::string path(const std::string& name) const;
  // Lists the file that was written there.
  void add(const std::string& name);
  // The files that are listed so far.
  BundleReader written() const;
  void finish();

 private:
  std::string folder_, next_;
  Manifest manifest_;
  bool finished_ = false;
};

}  // namespace shortlist
