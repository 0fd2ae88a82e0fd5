#include "shortlist/bundle/bundle.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "shortlist/model/attribute_testing.h"
#include "shortlist/model/testing.h"
#include "shortlist/table/coded_column.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

// An untrained model of the small table, saved.
class SavedModel {
 public:
  SavedModel() : config_(table_.config()) {
    fit();
    spec_ = build_model(config_, feature_shapes(features_.select(config_.query.features)),
                        feature_shapes(features_.select(config_.candidate.features)));
    parameters_ = std::make_unique<Parameters>(spec_);
    parameters_->initialize(42);
    embeddings_ = Buffer(3, 8);
    for (size_t i = 0; i < embeddings_.size(); ++i) embeddings_.data()[i] = 0.25f * static_cast<float>(i);
    save();
  }

  void save() {
    save_bundle(path(), {&config_,
                         &features_,
                         parameters_.get(),
                         embeddings_.view(3, 8),
                         &items_,
                         &ratings_,
                         "[1]",
                         "{\"rows\": 2}",
                         {{"history.csv", "epoch,loss\n"}}});
  }
  std::string path() const { return table_.folder() / "bundle"; }
  std::string operator/(const std::string& name) const { return path() + "/" + name; }
  std::string error() const {
    return message_of([&] { load_bundle(path()); });
  }

  TinyTable table_;
  Config config_;
  FeatureMap features_;
  ModelSpec spec_;
  std::unique_ptr<Parameters> parameters_;
  Buffer embeddings_;
  Items items_{
      "movie", {"m0", "m1", "m\"2\" é"}, {testing::attribute("genre", {"War", "", "Drama, War"}, ",")}};
  UserRatings ratings_{{0, 2, 3}, {0, 1, 2}, {-0.5f, 0.5f, 0}};

 private:
  void fit() {
    FeatureMapFit fit(config_.features);
    const std::vector<CodedColumn> columns = code_columns(table_.open(), fit.columns());
    for (size_t c = 0; c < columns.size(); ++c)
      fit.observe(fit.columns()[c], columns[c].values, std::vector<uint32_t>(columns[c].distinct(), 1));
    features_ = fit.finish();
  }
};

void flip_byte(const std::string& path, size_t at) {
  std::string bytes = read_file(path);
  bytes.at(at) ^= 1;
  write_file_atomically(path, bytes);
}

TEST(Bundle, LoadsWhatWasSaved) {
  const SavedModel saved;
  ASSERT_TRUE(is_bundle(saved.path()));
  const Bundle bundle = load_bundle(saved.path());
  EXPECT_EQ(config_to_toml(bundle.config), config_to_toml(saved.config_));
  EXPECT_EQ(bundle.features.columns(), saved.features_.columns());
  ASSERT_EQ(bundle.parameters->size(), saved.parameters_->size());
  for (size_t i = 0; i < bundle.parameters->size(); ++i) {
    const Matrix &a = bundle.parameters->at(i).value, &b = saved.parameters_->at(i).value;
    EXPECT_EQ(bundle.parameters->name(i), saved.parameters_->name(i));
    EXPECT_EQ(std::vector(a.data, a.data + a.rows * a.cols), std::vector(b.data, b.data + b.rows * b.cols));
  }
  EXPECT_EQ(bundle.items.id_column, "movie");
  EXPECT_EQ(bundle.items.ids, saved.items_.ids);
  EXPECT_EQ(bundle.items.attributes.at(0).name, "genre");
  EXPECT_EQ(bundle.items.attributes.at(0).kind, AttributeKind::list);
  EXPECT_EQ(bundle.items.attributes.at(0).values, saved.items_.attributes[0].values);
  EXPECT_EQ(bundle.candidate_embeddings().rows, 3u);
  EXPECT_EQ(bundle.candidate_embeddings()(2, 7), 23 * 0.25f);
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

TEST(Bundle, HasNoRatingsWithoutUsers) {
  SavedModel saved;
  saved.ratings_ = {};
  fs::remove_all(saved.path());
  saved.save();
  EXPECT_FALSE(fs::exists(saved / "ratings.safetensors"));
  EXPECT_TRUE(load_bundle(saved.path()).ratings.offsets.empty());
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
            "tensor 'centred' has 2 numbers, need 3: one for each rating");
}

TEST(Bundle, RejectsAttributesThatDoNotFit) {
  SavedModel saved;
  saved.items_.attributes[0].values.pop_back();
  saved.save();
  EXPECT_EQ(saved.error(),
            (saved / "items.json") + ": attribute 'genre' has 2 values, need 3: one for each item");
}

TEST(Bundle, SavesTheSameBytesEachTime) {
  SavedModel saved;
  const std::string manifest = read_file(saved / "manifest.json");
  saved.save();
  EXPECT_EQ(read_file(saved / "manifest.json"), manifest);
}

// The names of a folder's files.
std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

// A crash may come between any two steps of replacing a bundle.
TEST(Bundle, IsTheOldOrTheNewWhereverACrashStoppedAReplacement) {
  SavedModel saved;
  const std::string old_version = load_bundle(saved.path()).version, old = saved.path() + ".old";
  fs::copy(saved.path(), old, fs::copy_options::recursive);
  saved.items_.ids[0] = "another";
  saved.save();
  const std::string version = load_bundle(saved.path()).version, made = saved.path() + ".made";
  ASSERT_NE(version, old_version);
  fs::rename(saved.path(), made);
  const std::vector<std::string> names = names_in(made);
  const std::string next = saved / ".next";
  const auto crashed = [&](size_t written, bool manifest, size_t moved) {
    fs::remove_all(saved.path());
    fs::copy(old, saved.path(), fs::copy_options::recursive);
    fs::create_directory(next);
    size_t file = 0;
    for (const std::string& name : names) {
      if (name == "manifest.json" ? !manifest : file++ >= written) continue;
      fs::copy_file(made + "/" + name, next + "/" + name);
    }
    file = 0;
    for (const std::string& name : names) {
      if (name != "manifest.json" && file++ < moved) fs::rename(next + "/" + name, saved / name);
    }
  };
  const auto save_again = [&] {
    saved.save();
    EXPECT_EQ(load_bundle(saved.path()).version, version);
    EXPECT_EQ(names_in(saved.path()), names);
  };
  const size_t files = names.size() - 1;
  for (size_t written = 0; written <= files; ++written) {
    crashed(written, false, 0);
    EXPECT_EQ(load_bundle(saved.path()).version, old_version) << written << " files written";
    save_again();
  }
  for (size_t moved = 0; moved <= files; ++moved) {
    crashed(files, true, moved);
    EXPECT_EQ(load_bundle(saved.path()).version, version) << moved << " files moved";
    EXPECT_EQ(load_bundle(saved.path()).items.ids[0], "another");
    save_again();
    crashed(files, true, moved);
    add_to_bundle(saved.path(), {"note.txt", "text"});
    EXPECT_EQ(load_bundle(saved.path()).items.ids[0], "another") << moved << " files moved, then one added";
  }
  fs::remove(saved / "manifest.json");
  fs::create_directory(next);
  fs::copy_file(made + "/manifest.json", next + "/manifest.json");
  EXPECT_TRUE(is_bundle(saved.path())) << "a first bundle whose manifest did not move";
}

TEST(Bundle, ThatCannotBeReplacedStaysWhatItIs) {
  SavedModel saved;
  const std::string version = load_bundle(saved.path()).version;
  const std::vector<std::string> names = names_in(saved.path());
  EXPECT_NE(message_of([&] { add_to_bundle(saved.path(), {"no/such/folder.txt", "text"}); }), "");
  EXPECT_EQ(load_bundle(saved.path()).version, version);
  EXPECT_EQ(names_in(saved.path()), names);
}

TEST(Bundle, RejectsAFlippedByteInAnyFile) {
  const SavedModel saved;
  for (const auto& entry : fs::directory_iterator(saved.path())) {
    const std::string path = entry.path();
    if (path.ends_with("manifest.json")) continue;
    const size_t size = fs::file_size(path);
    for (size_t at : {size_t{0}, size / 2, size - 1}) {
      flip_byte(path, at);
      EXPECT_EQ(saved.error(), path + ": its checksum is wrong: it was changed");
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
  EXPECT_EQ(saved.error(), fmt::format("{}: has 100 bytes, need {}: it was cut or changed", path, size));
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
  EXPECT_EQ(saved.error(), saved.path() + ": is no bundle: it has no manifest.json");
  EXPECT_EQ(message_of([] { load_bundle("/no/such"); }), "/no/such: is no bundle: it has no manifest.json");
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
  write_file_atomically(path, replaced(read_file(path), {{"\"version\": 1", "\"version\": 2"}}));
  EXPECT_EQ(saved.error(), saved.path() + ": has the format version 2; this program reads up to 1");
}

TEST(Bundle, RejectsAnotherFormat) {
  const SavedModel saved;
  const std::string path = saved / "manifest.json";
  write_file_atomically(path, replaced(read_file(path), {{"shortlist bundle", "other bundle"}}));
  EXPECT_EQ(saved.error(), path + ": is not a Shortlist bundle's manifest");
}

// Whatever byte of the manifest is lost, there is an Error and no crash.
TEST(Bundle, RejectsAManifestThatWasCutAnywhere) {
  const SavedModel saved;
  const std::string path = saved / "manifest.json", whole = read_file(path);
  for (size_t size = 0; size + 2 < whole.size(); size += 7) {
    write_file_atomically(path, whole.substr(0, size));
    EXPECT_NE(saved.error(), "") << size;
  }
}

// A manifest that lists fewer files checks fewer; what is then missing is still told.
TEST(Bundle, RejectsAManifestThatListsNoFiles) {
  const SavedModel saved;
  write_file_atomically(saved / "manifest.json",
                        R"({"format": "shortlist bundle", "version": 1, "files": []})");
  fs::remove(saved / "items.json");
  EXPECT_NE(saved.error(), "");
}

}  // namespace
}  // namespace shortlist
