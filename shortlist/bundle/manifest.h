// A bundle's manifest: the kind of its model, and its files, each with its size and the SHA-256 of its bytes,
// and a checksum of itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shortlist {

constexpr const char* kManifestFile = "manifest.json";

struct ListedFile {
  std::string name;  // in the bundle's folder itself
  uint64_t bytes = 0;
  std::string sha256;
};

struct Manifest {
  static constexpr int kFormat = 2;  // what this program writes; it reads 1, too, which has no checksum

  int format = kFormat;
  std::string kind = "two_tower";  // of the model; manifests without a kind are of this one
  std::vector<ListedFile> files;

  const ListedFile* find(std::string_view name) const;
  // Puts the file in place of one with the same name.
  void list(ListedFile file);
};

std::string manifest_text(const Manifest& manifest);

// Throws a data Error that names `path` for anything that is not a manifest, or was changed.
Manifest parse_manifest(std::string_view text, const std::string& path);

}  // namespace shortlist
