// For tests only: bundles that are changed by hand, with a manifest that fits.
#pragma once

#include <string>

#include "shortlist/bundle/manifest.h"
#include "shortlist/io/file.h"
#include "shortlist/io/sha256.h"

namespace shortlist {

// Writes the file and lists it as it is now.
inline void put_into_bundle(const std::string& bundle, const std::string& name, const std::string& content) {
  const std::string path = bundle + "/" + kManifestFile;
  Manifest manifest = parse_manifest(read_file(path), path);
  manifest.list({name, content.size(), sha256_hex(content)});
  write_file_atomically(bundle + "/" + name, content);
  write_file_atomically(path, manifest_text(manifest));
}

// Takes the file out of the manifest; it stays in the folder.
inline void unlist_in_bundle(const std::string& bundle, const std::string& name) {
  const std::string path = bundle + "/" + kManifestFile;
  Manifest manifest = parse_manifest(read_file(path), path);
  std::erase_if(manifest.files, [&](const ListedFile& file) { return file.name == name; });
  write_file_atomically(path, manifest_text(manifest));
}

}  // namespace shortlist
