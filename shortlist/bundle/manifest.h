// A bundle's manifest: the kind of its model, its files with their sizes and SHA-256, and a checksum of the
// manifest itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shortlist {

constexpr const char* kManifestFile = "manifest.json";

struct ListedFile {
  std::string name;  // relative to the bundle's folder, without subfolders
  uint64_t bytes = 0;
  std::string sha256;
};

struct Manifest {
  static constexpr int kFormat = 2;  // the format written; format 1, which has no checksum, can be read too

  int format = kFormat;
  std::string kind = "two_tower";  // the kind of model; the default for manifests without a kind
  std::vector<ListedFile> files;

  const ListedFile* find(std::string_view name) const;
  // Adds the file, or replaces the one with the same name.
  void list(ListedFile file);
};

std::string manifest_text(const Manifest& manifest);

// Throws a data Error that names `path` if the text is not a manifest or was modified.
Manifest parse_manifest(std::string_view text, const std::string& path);

}  // namespace shortlist
