#include "shortlist/bundle/fetch_bundle.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/testing/bundles.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

namespace fs = std::filesystem;

// A store whose addresses "file:///PATH" are files.
struct Store {
  FetchSettings settings() const {
    write_file_atomically(folder / "get", "#!/bin/sh\necho \"$1\" >> " + (folder / "log") +
                                              "\nexec cp -p \"${1#file://}\" \"$2\"\n");
    fs::permissions(folder / "get", fs::perms::all);
    return {.cache = folder / "cache", .command = (folder / "get") + " {from} {to}"};
  }
  size_t fetched() const {
    const std::string log = read_file(folder / "log");
    return static_cast<size_t>(std::ranges::count(log, '\n'));
  }
  std::string address() const { return "file://" + saved.path(); }

  SavedModel saved;
  TemporaryFolder folder;
};

TEST(FetchBundle, CopiesABundleOnceAndVerifiesIt) {
  const Store store;
  const FetchSettings settings = store.settings();
  const std::string path = fetch_bundle(find_bundle(store.address(), settings), settings);
  EXPECT_EQ(load_bundle(path).version, load_bundle(store.saved.path()).version);
  const size_t before = store.fetched();
  EXPECT_EQ(fetch_bundle(find_bundle(store.address(), settings), settings), path);
  EXPECT_EQ(store.fetched(), before + 2);  // latest, which is missing, and the manifest
}

TEST(FetchBundle, FindsWhatAPointerNamesAndItsRelease) {
  const Store store;
  const FetchSettings settings = store.settings();
  const fs::path folder = fs::path(store.saved.path()).parent_path();
  const std::string address = "file://" + folder.string();
  write_file_atomically((folder / "latest").string(), "bundle\n7\n");
  const FoundBundle numbered = find_bundle(address, settings);
  EXPECT_EQ(numbered.address, address + "/bundle");
  EXPECT_EQ(numbered.release, 7);
  write_file_atomically((folder / "latest").string(), "bundle\n");
  fs::last_write_time(folder / "latest", fs::file_time_type::clock::now() - std::chrono::hours(1));
  const FoundBundle timed = find_bundle(address, settings);
  EXPECT_GT(timed.release, 1'000'000'000'000);
  write_file_atomically((folder / "latest").string(), "../bundle\n");
  EXPECT_EQ(message_of([&] { find_bundle(address, settings); }),
            address + "/latest: names '../bundle', need the name of a folder next to it");
}

TEST(FetchBundle, KeepsNothingThatDiffersFromTheManifest) {
  const Store store;
  const FetchSettings settings = store.settings();
  const FoundBundle found = find_bundle(store.address(), settings);
  write_file_atomically(store.saved / "items.json", "{}");
  const std::string message = message_of([&] { fetch_bundle(found, settings); });
  EXPECT_TRUE(message.starts_with(store.address() + "/items.json: has 2 bytes and another checksum"))
      << message;
  size_t whole = 0;
  for (const auto& entry : fs::directory_iterator(settings.cache))
    whole += !entry.path().filename().string().starts_with('.');
  EXPECT_EQ(whole, 0u);
}

TEST(FetchBundle, WorksForSeveralAtATime) {
  const Store store;
  const FetchSettings settings = store.settings();
  const FoundBundle found = find_bundle(store.address(), settings);
  std::vector<std::string> paths(4);
  {
    std::vector<std::jthread> threads;
    for (std::string& path : paths) threads.emplace_back([&] { path = fetch_bundle(found, settings); });
  }
  for (const std::string& path : paths) EXPECT_EQ(path, paths[0]);
  EXPECT_EQ(load_bundle(paths[0]).version, load_bundle(store.saved.path()).version);
}

TEST(LocalBundle, ReturnsAPathAsItIs) { EXPECT_EQ(local_bundle("runs/anime"), "runs/anime"); }

}  // namespace
}  // namespace shortlist
