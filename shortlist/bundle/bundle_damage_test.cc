// Errors of damaged bundles.
#include "shortlist/bundle/bundle.h"
#include "shortlist/bundle/bundle_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "shortlist/io/json.h"
#include "shortlist/testing/bundles.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;

void flip_byte(const std::string& path, size_t at) {
  std::string bytes = read_file(path);
  bytes.at(at) ^= 1;
  write_file_atomically(path, bytes);
}

TEST(Bundle, RejectsRatingsThatDoNotFit) {
  SavedModel saved;
  const auto error_with = [&](const UserRatings& ratings) {
    saved.ratings_ = ratings;
    saved.save();
    const std::string named = (saved / "ratings.safetensors") + ": ", message = saved.error();
    return message.starts_with(named) ? message.substr(named.size()) : "without the file: " + message;
  };
  const std::string offsets = "tensor 'offsets': need ascending numbers from 0 to 3, the number of ratings";
  const std::vector<float> centred = {-0.5f, 0.5f, 0};
  EXPECT_EQ(error_with({{0, 2, 4}, {0, 1, 2}, centred}), offsets);
  EXPECT_EQ(error_with({{1, 2, 3}, {0, 1, 2}, centred}), offsets);
  EXPECT_EQ(error_with({{0, 5, 3}, {0, 1, 2}, centred}), offsets);
  EXPECT_EQ(error_with({{0, -1, 3}, {0, 1, 2}, centred}), offsets);
  EXPECT_EQ(error_with({{0, 2, 3}, {0, 1, 3}, centred}), "tensor 'items': got item 3, need 0 to 2");
  EXPECT_EQ(error_with({{0, 2, 3}, {0, -1, 2}, centred}), "tensor 'items': got item -1, need 0 to 2");
  EXPECT_EQ(error_with({{0, 2, 3}, {0, 1, 2}, {1, 2}}),
            "tensor 'centred' has 2 numbers, need 3, one for each rating");
}

TEST(Bundle, RejectsAttributesThatDoNotFit) {
  SavedModel saved;
  saved.items_.attributes[0].values.pop_back();
  saved.save();
  EXPECT_EQ(saved.error(),
            (saved / "items.json") + ": attribute 'genre' has 2 values, need 3, one for each item");
}

TEST(Bundle, RejectsAFlippedByteInAnyFile) {
  const SavedModel saved;
  for (const auto& entry : fs::directory_iterator(saved.path())) {
    const std::string path = entry.path();
    if (path.ends_with("manifest.json")) continue;
    const size_t size = fs::file_size(path);
    for (size_t at : {size_t{0}, size / 2, size - 1}) {
      flip_byte(path, at);
      EXPECT_EQ(saved.error(), path + ": wrong checksum: the file was changed");
      flip_byte(path, at);
    }
  }
  EXPECT_EQ(saved.error(), "");
}

TEST(Bundle, RejectsAFileThatWasCut) {
  const SavedModel saved;
  const std::string path = saved / "weights.safetensors";
  const size_t size = fs::file_size(path);
  fs::resize_file(path, 100);
  EXPECT_EQ(saved.error(),
            fmt::format("{}: has 100 bytes, need {}: the file was truncated or changed", path, size));
}

TEST(Bundle, RejectsAMissingFile) {
  const SavedModel saved;
  fs::remove(saved / "items.json");
  EXPECT_EQ(saved.error(), (saved / "items.json") + ": is missing");
}

TEST(Bundle, RejectsAFolderWithoutAManifest) {
  const SavedModel saved;
  fs::remove(saved / "manifest.json");
  EXPECT_FALSE(is_bundle(saved.path()));
  EXPECT_EQ(saved.error(), saved.path() + ": not a bundle: it has no manifest.json");
  EXPECT_EQ(message_of([] { load_bundle("/no/such"); }), "/no/such: not a bundle: it has no manifest.json");
}

TEST(Bundle, RejectsAManifestThatCannotBeLookedAt) {
  const SavedModel saved;
  fs::remove(saved / "manifest.json");
  fs::create_symlink("manifest.json", saved / "manifest.json");
  EXPECT_EQ(saved.error(),
            "cannot read " + (saved / "manifest.json") + ": Too many levels of symbolic links");
  try {
    is_bundle(saved.path());
    FAIL() << "needs an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::data);
  }
}

TEST(Bundle, RejectsANewerVersion) {
  const SavedModel saved;
  const std::string path = saved / "manifest.json";
  write_file_atomically(path, replaced(read_file(path), {{"\"version\": 2", "\"version\": 3"}}));
  EXPECT_EQ(saved.error(), path + ": has format version 3, but this program reads versions up to 2");
}

TEST(Bundle, RejectsAnotherFormat) {
  const SavedModel saved;
  const std::string path = saved / "manifest.json";
  write_file_atomically(path, replaced(read_file(path), {{"shortlist bundle", "other bundle"}}));
  EXPECT_EQ(saved.error(), path + ": is not a Shortlist bundle's manifest");
}

TEST(Bundle, RejectsAManifestThatWasCutAnywhere) {
  const SavedModel saved;
  const std::string path = saved / "manifest.json", whole = read_file(path);
  for (size_t size = 0; size + 2 < whole.size(); size += 7) {
    OutputFile(path).write(whole.substr(0, size));
    EXPECT_NE(saved.error(), "") << size;
  }
}

TEST(Bundle, NamesTheManifestForAFaultOfItsOwn) {
  const SavedModel saved;
  const std::string path = saved / "manifest.json", whole = read_file(path);
  for (size_t at = 0; at + 1 < whole.size(); ++at) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
    OutputFile(path).write(flipped);
    EXPECT_TRUE(saved.error().starts_with(path)) << at << ": " << saved.error();
  }
}

// Only files with a verified checksum are read, and the files that a bundle needs must be among them.
TEST(Bundle, NeedsItsFilesToBeListed) {
  for (const char* name : {"config.toml", "features.json", "weights.safetensors", "items.json",
                           "item_vectors.safetensors", "history.json", "report.json"}) {
    const SavedModel saved;
    unlist_in_bundle(saved.path(), name);
    EXPECT_EQ(saved.error(),
              fmt::format("{}: does not list {}, which this bundle needs", saved / "manifest.json", name));
  }
}

TEST(Bundle, DoesNotReadAnUnlistedFile) {
  const SavedModel saved;
  unlist_in_bundle(saved.path(), "ratings.safetensors");
  EXPECT_TRUE(load_bundle(saved.path()).ratings.offsets.empty());
  write_file_atomically(saved / "golden.json", "{}");
  EXPECT_EQ(load_bundle(saved.path()).golden_json, "");
}

TEST(Bundle, RejectsAManifestThatLeadsElsewhere) {
  const SavedModel saved;
  const std::string path = saved / "manifest.json";
  for (const char* name : {"../x", "a/b", "", "..", ".next", "manifest.json"}) {
    const std::string text = fmt::format(
        R"({{"format": "shortlist bundle", "version": 1, "files": [{{"name": "{}", "bytes": 0, "sha256": ""}}]}})",
        name);
    write_file_atomically(path, text);
    EXPECT_EQ(saved.error(),
              fmt::format("{}: lists '{}', which is not the name of a file in the bundle", path, name));
  }
}

TEST(Bundle, ReadsManifestsOfTheFirstVersionToo) {
  const SavedModel saved;
  const std::string path = saved / "manifest.json";
  nlohmann::json manifest = load_json(path);
  EXPECT_EQ(manifest.at("kind"), "two_tower");
  manifest.erase("kind");  // as in manifests written before other kinds existed
  manifest.erase("sha256");
  manifest["version"] = 1;
  write_file_atomically(path, dump_json(manifest));
  EXPECT_EQ(load_bundle(saved.path()).format, 1);
  manifest["version"] = 2;
  write_file_atomically(path, dump_json(manifest));
  EXPECT_EQ(saved.error(), path + ": has no key 'sha256'");
}

TEST(Bundle, RejectsEmbeddingsThatAreNotFinite) {
  SavedModel saved;
  saved.towers_.items.data()[9] = std::numeric_limits<float>::quiet_NaN();
  saved.save();
  EXPECT_EQ(saved.error(), (saved / "item_vectors.safetensors") +
                               ": tensor 'embeddings': row 1 has the value nan, need finite numbers");
  saved.towers_.items.data()[9] = 0;
  saved.towers_.parameters->at(0).value.data[0] = -std::numeric_limits<float>::infinity();
  saved.save();
  EXPECT_EQ(saved.error(), fmt::format("{}: tensor '{}': row 0 has the value -inf, need finite numbers",
                                       saved / "weights.safetensors", saved.towers_.parameters->name(0)));
}

TEST(Bundle, NamesTheFileWhoseJsonHasAnotherShape) {
  const SavedModel saved;
  const std::string items = saved / "items.json", whole = read_file(items);
  const auto error_with = [&](const std::string& text) {
    put_into_bundle(saved.path(), "items.json", text);
    return saved.error();
  };
  EXPECT_EQ(error_with("[]"), items + ": has a value of type array, need an object or a list");
  EXPECT_EQ(error_with("{}"), items + ": has no key 'id_column'");
  EXPECT_EQ(error_with(replaced(whole, {{"\"movie\"", "7"}})),
            items + ": has a value of type number, need string");
  EXPECT_EQ(error_with(replaced(whole, {{"\"movie\"", "1e999"}})),
            items + ": not JSON: number overflow parsing '1e999'");
  EXPECT_EQ(error_with(whole + '\0'),
            fmt::format("{}:{}: not JSON: has a zero byte", items, 1 + std::ranges::count(whole, '\n')));
}

}  // namespace
}  // namespace shortlist
