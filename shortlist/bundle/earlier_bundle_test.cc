// Bundles with the names of earlier versions.
#include <gtest/gtest.h>

#include <filesystem>

#include "shortlist/bundle/bundle.h"
#include "shortlist/bundle/bundle_store.h"
#include "shortlist/io/sha256.h"
#include "shortlist/testing/bundles.h"

namespace shortlist {
namespace {

// Replaces a file of a bundle, under a name that may be another one.
void replace_file(const std::string& bundle, const std::string& name, const std::string& new_name,
                  const std::string& content) {
  unlist_in_bundle(bundle, name);
  std::filesystem::remove(bundle + "/" + name);
  write_file_atomically(bundle + "/" + new_name, content);
  const std::string path = bundle + "/" + kManifestFile;
  Manifest manifest = parse_manifest(read_file(path), path);
  manifest.list({new_name, content.size(), sha256_hex(content)});
  write_file_atomically(path, manifest_text(manifest));
}

TEST(EarlierBundle, IsLoadedWithItsOwnNames) {
  const SavedModel saved;
  const Bundle now = load_bundle(saved.path());
  std::string config = read_file(saved / "config.toml");
  config.replace(config.find("[items]"), 7, "[candidate]");
  replace_file(saved.path(), "config.toml", "config.toml", config);
  replace_file(saved.path(), "item_vectors.safetensors", "candidates.safetensors",
               read_file(saved / "item_vectors.safetensors"));
  const Bundle earlier = load_bundle(saved.path());
  EXPECT_EQ(earlier.config->items.id, now.config->items.id);
  ASSERT_EQ(earlier.item_vectors().rows, now.item_vectors().rows);
  EXPECT_EQ(earlier.item_vectors().row(1)[0], now.item_vectors().row(1)[0]);
}

TEST(EarlierBundle, WithADamagedFileNamesIt) {
  const SavedModel saved;
  replace_file(saved.path(), "item_vectors.safetensors", "candidates.safetensors", "no tensors");
  EXPECT_TRUE(saved.error().starts_with(saved / "candidates.safetensors")) << saved.error();
}

}  // namespace
}  // namespace shortlist
