// The folder of a bundle. Replacement files are first written to its subfolder .next/. Writing the manifest
// last commits them. Then each file is moved to its final place; until that is done, readers find some of
// them in .next/.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shortlist/bundle/manifest.h"
#include "shortlist/io/file.h"

namespace shortlist {

// Whether the folder has a manifest, in its place or in .next/. Throws a data Error if that cannot be
// determined.
bool has_manifest(const std::string& folder);

// Reads the files that a manifest lists. Returned bytes always match the verified checksum.
class BundleReader {
 public:
  // Throws a data Error that names the manifest if it is missing or damaged.
  explicit BundleReader(const std::string& folder);
  // For files that have no manifest on disk yet.
  BundleReader(std::string folder, Manifest manifest)
      : folder_(std::move(folder)), manifest_(std::move(manifest)) {}

  const Manifest& manifest() const { return manifest_; }
  const std::string& manifest_path() const { return manifest_path_; }
  // The first 12 digits of the manifest's SHA-256.
  const std::string& version() const { return version_; }
  // Whether the folder has a different manifest now.
  bool was_replaced() const;

  // The current location of the file.
  std::string path(const std::string& name) const;
  // Throws a data Error that names the file if it is missing or does not match the manifest.
  FileBytes read(const ListedFile& file) const;

 private:
  FileBytes open(const std::string& name) const;

  std::string folder_, manifest_path_, version_;
  Manifest manifest_;
  bool moving_ = false;  // there is a new manifest, but some of its files are still in .next/
};

// Creates a bundle in a folder, or replaces the one in it. Until finish() the old bundle stays intact.
class BundleWriter {
 public:
  // Completes an interrupted replacement, if there is one. `kind` is the kind of the model.
  BundleWriter(std::string folder, std::string kind);
  BundleWriter(const BundleWriter&) = delete;
  ~BundleWriter();

  // The path to which to write the file with this name.
  std::string path(const std::string& name) const;
  // Adds the file that was written there to the manifest.
  void add(const std::string& name);
  // A reader of the files listed so far.
  BundleReader written() const;
  void finish();

 private:
  std::string folder_, next_;
  Manifest manifest_;
  bool finished_ = false;
};

}  // namespace shortlist
