#include "shortlist/bundle/bundle.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "shortlist/bundle/testing.h"
#include "shortlist/io/json.h"
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

  void save(std::vector<ExtraFile> extras = {{"history.csv", "epoch,loss\n"}}) {
    save_bundle(path(), {&config_,
                         &features_,
                         parameters_.get(),
                         embeddings_.view(3, 8),
                         &items_,
                         &ratings_,
                         "[1]",
                         "{\"rows\": 2}",
                         std::move(extras),
                         {},
                         nullptr,
                         golden_});
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
  Items items_{"movie", {"m0", "m1", "m\"2\" é"}, {"genre"}, {{"War", "", "Drama, War"}}};
  UserRatings ratings_{{0, 2, 3}, {0, 1, 2}, {-0.5f, 0.5f, 0}};
  std::function<std::string(Bundle)> golden_;

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
  EXPECT_EQ(bundle.items.attribute_names, saved.items_.attribute_names);
  EXPECT_EQ(bundle.items.attributes, saved.items_.attributes);
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
  saved.items_.attributes[0].pop_back();
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
    EXPECT_TRUE(read_bundle_file(saved.path(), "items.json")->find("another") != std::string::npos);
    EXPECT_EQ(read_bundle_file(saved.path(), "note.txt"), std::nullopt);
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
  EXPECT_NE(message_of([&] { saved.save({{std::string(300, 'x'), "a name that is too long"}}); }), "");
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
  write_file_atomically(path, replaced(read_file(path), {{"\"version\": 2", "\"version\": 3"}}));
  EXPECT_EQ(saved.error(), path + ": has the format version 3; this program reads up to 2");
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

TEST(Bundle, NamesTheManifestForAFaultOfItsOwn) {
  const SavedModel saved;
  const std::string path = saved / "manifest.json", whole = read_file(path);
  for (size_t at = 0; at + 1 < whole.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = whole;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      if (flipped[at] == '\n' || flipped[at] == '\t') continue;  // a space may be another space
      write_file_atomically(path, flipped);
      EXPECT_TRUE(saved.error().starts_with(path)) << at << ": " << saved.error();
    }
  }
}

// Only files that were checked are read, and those that a bundle needs must be among them.
TEST(Bundle, NeedsItsFilesToBeListed) {
  for (const char* name : {"config.toml", "features.json", "weights.safetensors", "items.json",
                           "candidates.safetensors", "history.json", "report.json"}) {
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
    EXPECT_EQ(saved.error(), fmt::format("{}: lists '{}', which is no name of a file in it", path, name));
  }
}

TEST(Bundle, ReadsManifestsOfTheFirstVersionToo) {
  const SavedModel saved;
  const std::string path = saved / "manifest.json";
  nlohmann::json manifest = load_json(path);
  manifest.erase("sha256");
  manifest["version"] = 1;
  write_file_atomically(path, dump_json(manifest));
  EXPECT_EQ(load_bundle(saved.path()).format, 1);
  manifest["version"] = 2;
  write_file_atomically(path, dump_json(manifest));
  EXPECT_EQ(saved.error(), path + ": has no key 'sha256'");
}

TEST(Bundle, StaysWholeInMemoryWhenItsFilesChange) {
  const SavedModel saved;
  const Bundle bundle = load_bundle(saved.path());
  for (const auto& entry : fs::directory_iterator(saved.path()))
    OutputFile(entry.path()).write("x");  // over the same file, as cp does
  EXPECT_EQ(bundle.candidate_embeddings()(2, 7), 23 * 0.25f);
  EXPECT_EQ(bundle.items.ids, saved.items_.ids);
}

TEST(Bundle, RejectsEmbeddingsThatAreNotFinite) {
  SavedModel saved;
  saved.embeddings_.data()[9] = std::numeric_limits<float>::quiet_NaN();
  saved.save();
  EXPECT_EQ(saved.error(), (saved / "candidates.safetensors") +
                               ": tensor 'embeddings': row 1 has the value nan, need finite numbers");
  saved.embeddings_.data()[9] = 0;
  saved.parameters_->at(0).value.data[0] = -std::numeric_limits<float>::infinity();
  saved.save();
  EXPECT_EQ(saved.error(), fmt::format("{}: tensor '{}': row 0 has the value -inf, need finite numbers",
                                       saved / "weights.safetensors", saved.parameters_->name(0)));
}

TEST(Bundle, NamesTheFileWhoseJsonHasAnotherShape) {
  const SavedModel saved;
  const std::string items = saved / "items.json", whole = read_file(items);
  const auto error_with = [&](const std::string& text) {
    put_into_bundle(saved.path(), "items.json", text);
    return saved.error();
  };
  EXPECT_EQ(error_with("[]"), items + ": has a value of the type array where it needs an object or a list");
  EXPECT_EQ(error_with("{}"), items + ": has no key 'id_column'");
  EXPECT_EQ(error_with(replaced(whole, {{"\"movie\"", "7"}})),
            items + ": has a value of the type number where it needs string");
  EXPECT_EQ(error_with(replaced(whole, {{"\"movie\"", "1e999"}})),
            items + ": not JSON: number overflow parsing '1e999'");
  EXPECT_EQ(error_with(whole + '\0'),
            fmt::format("{}:{}: not JSON: has a zero byte", items, 1 + std::ranges::count(whole, '\n')));
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
