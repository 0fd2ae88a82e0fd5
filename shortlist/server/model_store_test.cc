#include "shortlist/server/model_store.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>

#include "shortlist/bundle/bundle.h"
#include "shortlist/io/file.h"
#include "shortlist/io/json.h"
#include "shortlist/testing/bundles.h"
#include "shortlist/testing/served_model.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;

// A copy of the tiny bundle, to be damaged.
struct Copy {
  Copy() { put("one"); }
  void put(const std::string& name) const {
    fs::copy(tiny_bundle(), folder / name, fs::copy_options::recursive);
  }
  std::string path(const std::string& name = "one") const { return folder / name; }
  TemporaryFolder folder;
};

// Changes a number in the bundle's golden answers, and updates the checksums.
void spoil_golden(const std::string& bundle) {
  nlohmann::json golden = load_json(bundle + "/golden.json");
  float score = golden["requests"][2]["answer"][1]["score"];
  golden["requests"][2]["answer"][1]["score"] = std::nextafter(score, 100.0f);
  put_into_bundle(bundle, "golden.json", dump_json(golden));
}

TEST(ModelSource, HasTheFoldersNameOrItsOwn) {
  EXPECT_EQ(parse_model_source("runs/anime").name, "anime");
  EXPECT_EQ(parse_model_source("runs/anime/").name, "anime");
  EXPECT_EQ(parse_model_source("runs/anime/./old/..").name, "anime");
  EXPECT_EQ(parse_model_source(".").name, fs::current_path().filename());
  EXPECT_EQ(parse_model_source("films=runs/a=b").name, "films");
  EXPECT_EQ(parse_model_source("films=runs/a=b").path, "runs/a=b");
  EXPECT_EQ(message_of([] { parse_model_source("my films=runs/a"); }),
            "'my films=runs/a': the model's name 'my films' may contain only letters, digits, '_', '-' and "
            "'.'; give it another name as NAME=BUNDLE");
}

TEST(ModelStore, ReplacesAModelAndKeepsTheOldOneForWhoHasIt) {
  const Copy copy;
  ModelStore store({{"m", copy.path()}});
  const ModelPtr old = store.find("m");
  const ModelPtr fresh = store.reload("m");
  EXPECT_EQ(store.find(""), fresh);
  EXPECT_EQ(fresh->generation, 2);
  EXPECT_EQ(fresh->version(), old->version());
  store.release_replaced();
  EXPECT_EQ(old->recommender.recommend(Record(), {.k = 3}).size(), 3u);
}

TEST(ModelStore, KeepsTheOldModelWhenTheNewOneAnswersOtherwise) {
  const Copy copy;
  ModelStore store({{"m", copy.path()}});
  const ModelPtr old = store.find("m");
  spoil_golden(copy.path());
  const std::string message = message_of([&] { store.reload("m"); });
  EXPECT_TRUE(message.starts_with(copy.path() + "/golden.json: golden request 3: item 2 has the score "))
      << message;
  EXPECT_EQ(store.find("m"), old);
}

TEST(ModelStore, KeepsTheOldModelWhenTheNewOneIsDamaged) {
  const Copy copy;
  copy.put("two");
  ModelStore store({{"m", copy.path()}});
  const ModelPtr old = store.find("m");
  std::string weights = read_file(copy.path("two") + "/weights.safetensors");
  weights[weights.size() / 2] ^= 1;
  write_file_atomically(copy.path("two") + "/weights.safetensors", weights);
  EXPECT_EQ(message_of([&] { store.reload("m", copy.path("two")); }),
            copy.path("two") + "/weights.safetensors: wrong checksum: the file was changed");
  EXPECT_EQ(store.find("m"), old);
  EXPECT_EQ(store.reload("m")->path, copy.path());
}

TEST(ModelStore, FollowsThePointer) {
  const Copy copy;
  copy.put("two");
  write_file_atomically(copy.folder / "latest", "one\n");
  ModelStore store({{"m", copy.folder / ""}});
  EXPECT_TRUE(store.find("m")->path.ends_with("/one"));
  EXPECT_EQ(store.changed(), std::vector<std::string>());
  write_file_atomically(copy.folder / "latest", "two\n");
  EXPECT_EQ(store.changed(), std::vector<std::string>{"m"});
  EXPECT_TRUE(store.reload("m")->path.ends_with("/two"));
  EXPECT_EQ(store.changed(), std::vector<std::string>());
}

TEST(ModelStore, KeepsTheOldModelWhenItsSourceCannotBeLookedAt) {
  const Copy copy;
  write_file_atomically(copy.folder / "latest", "one\n");
  ModelStore store({{"m", copy.folder / ""}});
  const ModelPtr old = store.find("m");
  fs::remove(copy.folder / "latest");
  fs::create_symlink("latest", copy.folder / "latest");
  EXPECT_EQ(store.changed(), std::vector<std::string>{"m"});
  EXPECT_EQ(message_of([&] { store.reload("m"); }),
            "cannot read " + (copy.folder / "/latest: Too many levels of symbolic links"));
  EXPECT_EQ(store.find("m"), old);
  EXPECT_EQ(store.changed(), std::vector<std::string>());
}

// No file can be opened during its lifetime.
struct NoDescriptors {
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{0, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before); }
  rlimit before{};
};

TEST(ModelStore, TriesLessAndLessOftenWhileTheMachineFails) {
  const Copy copy;
  ModelStore store({{"m", copy.path()}});
  const auto begin = ModelStore::Clock::now();
  {
    const NoDescriptors none;
    for (int minutes : {1, 2, 4, 8, 16, 32, 60, 60}) {
      SCOPED_TRACE(minutes);
      EXPECT_THROW(store.reload("m"), Error);
      EXPECT_EQ(store.changed(), std::vector<std::string>());
      EXPECT_EQ(store.changed(begin + std::chrono::seconds(60 * minutes - 1)), std::vector<std::string>());
      EXPECT_EQ(store.changed(ModelStore::Clock::now() + std::chrono::minutes(minutes)),
                std::vector<std::string>{"m"});
    }
  }
  EXPECT_EQ(store.reload("m")->generation, 2);
}

TEST(ModelStore, TriesADamagedBundleOnlyWhenAFileOfItChanges) {
  const Copy copy;
  ModelStore store({{"m", copy.path()}});
  const std::string path = copy.path() + "/weights.safetensors", whole = read_file(path);
  std::string damaged = whole;
  damaged.back() ^= 1;
  write_file_atomically(path, damaged);
  EXPECT_THROW(store.reload("m"), Error);
  EXPECT_EQ(store.changed(), std::vector<std::string>());
  EXPECT_EQ(store.changed(ModelStore::Clock::now() + std::chrono::hours(100)), std::vector<std::string>());
  write_file_atomically(path, whole);
  EXPECT_EQ(store.changed(), std::vector<std::string>{"m"});
  EXPECT_EQ(store.reload("m")->generation, 2);
  EXPECT_EQ(store.changed(), std::vector<std::string>());
  fs::remove(copy.path() + "/manifest.json");
  EXPECT_EQ(store.changed(), std::vector<std::string>{"m"});
}

TEST(ModelStore, ResolvesPathsBeneathARoot) {
  const Copy copy;
  const TemporaryFolder outside;
  fs::create_directory(copy.folder / "group");
  fs::create_directory_symlink(copy.path(), copy.folder / "group/inside");
  fs::create_directory_symlink(outside.path(), copy.folder / "out");
  write_file_atomically(copy.folder / "file", "");
  const std::string root = copy.folder.path(), real = fs::canonical(root).string();
  EXPECT_EQ(resolve_beneath(root, "one"), real + "/one");
  EXPECT_EQ(resolve_beneath(root, "group/../one"), real + "/one");
  EXPECT_EQ(resolve_beneath(root, "group/inside"), real + "/one");
  EXPECT_EQ(resolve_beneath(root, copy.path()), real + "/one");
  const auto refused = [&](const std::string& path) {
    EXPECT_EQ(message_of([&] { resolve_beneath(root, path); }),
              "'" + path + "' is not a folder in --bundles-root");
  };
  for (const std::string& path :
       std::vector<std::string>{"..", "../" + fs::path(real).filename().string() + "x", "/etc", "/no/such",
                                "out", "none", "file", "file/x", outside.path(), real + "/../.."})
    refused(path);
  EXPECT_THROW(resolve_beneath(root, std::string("one\0x", 5)), Error);
  write_file_atomically(copy.folder / "group/latest", outside.path());
  refused("group");
  write_file_atomically(copy.folder / "group/latest", "../one");
  EXPECT_EQ(resolve_beneath(root, "group"), real + "/group");
}

TEST(ModelStore, WantsABundle) {
  const TemporaryFolder empty;
  EXPECT_EQ(message_of([&] {
              ModelStore({{"m", empty / "none"}});
            }),
            (empty / "none") + ": not a bundle: it has no manifest.json");
}

TEST(ModelStore, WantsEachNameOnce) {
  EXPECT_EQ(message_of([] {
              ModelStore({{"m", tiny_bundle()}, {"m", tiny_bundle()}});
            }),
            "two models are named 'm'; give one of them another name as NAME=BUNDLE");
}

}  // namespace
}  // namespace shortlist
