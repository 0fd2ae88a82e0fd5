#include "shortlist/bundle/bundle.h"
#include "shortlist/config/config_toml.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/testing/bundles.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

TEST(Bundle, LoadsWhatWasSaved) {
  const SavedModel saved;
  ASSERT_TRUE(is_bundle(saved.path()));
  const Bundle bundle = load_bundle(saved.path());
  EXPECT_EQ(config_to_toml(*bundle.config), config_to_toml(saved.config_));
  EXPECT_EQ(bundle.features.columns(), saved.features_.columns());
  ASSERT_EQ(bundle.towers->parameters->size(), saved.towers_.parameters->size());
  for (size_t i = 0; i < bundle.towers->parameters->size(); ++i) {
    const Matrix &a = bundle.towers->parameters->at(i).value, &b = saved.towers_.parameters->at(i).value;
    EXPECT_EQ(bundle.towers->parameters->name(i), saved.towers_.parameters->name(i));
    EXPECT_EQ(std::vector(a.data, a.data + a.rows * a.cols), std::vector(b.data, b.data + b.rows * b.cols));
  }
  EXPECT_EQ(bundle.items.id_column, "movie");
  EXPECT_EQ(bundle.items.ids, saved.items_.ids);
  EXPECT_EQ(bundle.items.attributes.at(0).name, "genre");
  EXPECT_EQ(bundle.items.attributes.at(0).kind, AttributeKind::list);
  EXPECT_EQ(bundle.items.attributes.at(0).values, saved.items_.attributes[0].values);
  EXPECT_EQ(bundle.item_vectors().rows, 3u);
  EXPECT_EQ(bundle.item_vectors()(2, 7), 23 * 0.25f);
  EXPECT_EQ(bundle.ratings.offsets, saved.ratings_.offsets);
  EXPECT_EQ(bundle.ratings.items, saved.ratings_.items);
  EXPECT_EQ(bundle.ratings.centred, saved.ratings_.centred);
  EXPECT_EQ(bundle.history_json, "[1]");
  EXPECT_EQ(bundle.report_json, "{\"rows\": 2}");
  EXPECT_EQ(read_file(saved / "history.csv"), "epoch,loss\n");
}

TEST(Bundle, EncodesAsBefore) {
  const SavedModel saved;
  const FeatureMap features = load_bundle(saved.path()).features;
  std::vector<Column> columns(features.columns().size());
  const Texts values = {"u03", "Peru", "m07", "War, Nothing"};
  for (size_t i = 0; i < columns.size(); ++i) columns[i] = {.rows = 1, .texts = {values[i]}};
  EncodedRows a, b;
  features.encode(columns, a);
  saved.features_.encode(columns, b);
  for (size_t i = 0; i < features.size(); ++i) EXPECT_EQ(a.columns[i].ids, b.columns[i].ids) << i;
}

TEST(Bundle, KeepsLabelsAndTimesThatTheModelReads) {
  SavedModel saved;
  EXPECT_TRUE(load_bundle(saved.path()).ratings.labels.empty());
  saved.ratings_.labels = {3, std::numeric_limits<float>::quiet_NaN(), 5};
  saved.ratings_.times = {10, 20, 15};
  saved.save();
  const UserRatings read = load_bundle(saved.path()).ratings;
  ASSERT_EQ(read.labels.size(), 3u);
  EXPECT_EQ(read.labels[0], 3);
  EXPECT_TRUE(std::isnan(read.labels[1]));
  EXPECT_EQ(read.times, saved.ratings_.times);
}

TEST(Bundle, HasNoRatingsWithoutUsers) {
  SavedModel saved;
  saved.ratings_ = {};
  fs::remove_all(saved.path());
  saved.save();
  EXPECT_FALSE(fs::exists(saved / "ratings.safetensors"));
  EXPECT_TRUE(load_bundle(saved.path()).ratings.offsets.empty());
}

TEST(Bundle, SavesTheSameBytesEachTime) {
  SavedModel saved;
  const std::string manifest = read_file(saved / "manifest.json");
  saved.save();
  EXPECT_EQ(read_file(saved / "manifest.json"), manifest);
}

// A crash may come between any two steps of replacing a bundle.

// Whatever byte of the manifest is lost, there is an Error and no crash.

// Only files that were checked are read, and those that a bundle needs must be among them.

TEST(Bundle, StaysWholeInMemoryWhenItsFilesChange) {
  const SavedModel saved;
  const Bundle bundle = load_bundle(saved.path());
  for (const auto& entry : fs::directory_iterator(saved.path()))
    OutputFile(entry.path()).write("x");  // overwrites the file in place, as cp does
  EXPECT_EQ(bundle.item_vectors()(2, 7), 23 * 0.25f);
  EXPECT_EQ(bundle.items.ids, saved.items_.ids);
}

TEST(Bundle, WritesItsGoldenRequestsWithTheOtherFiles) {
  SavedModel saved;
  const std::string old_version = load_bundle(saved.path()).version;
  saved.items_.ids[0] = "another";
  saved.golden_ = [&](const Bundle& bundle) {
    EXPECT_EQ(bundle.items.ids[0], "another");
    EXPECT_EQ(bundle.path, saved.path());
    EXPECT_EQ(load_bundle(saved.path()).version, old_version) << "the bundle is there before it is whole";
    return std::string("golden");
  };
  saved.save();
  EXPECT_EQ(load_bundle(saved.path()).golden_json, "golden");
}

}  // namespace
}  // namespace shortlist
