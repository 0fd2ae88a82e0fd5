// Replaces a bundle while the process is killed or an operation fails at each step.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/testing/bundles.h"

namespace {

// The outcome of the next renames of this process.
struct Renames {
  int left = -1;       // number that succeed; -1: all
  bool kills = false;  // the next one ends the process; otherwise it fails because the disk is full
} renames;

}  // namespace

// Replaces the C library's function, also for std::filesystem.
extern "C" int rename(const char* from, const char* to) noexcept {
  if (renames.left == 0) {
    if (renames.kills) raise(SIGKILL);
    errno = ENOSPC;
    return -1;
  }
  if (renames.left > 0) --renames.left;
  return static_cast<int>(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

namespace shortlist {
namespace {

namespace fs = std::filesystem;

// The names of the files in a folder.
std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

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
  fs::remove_all(next);
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

// Two bundles: an existing one and its replacement.
class Replacement {
 public:
  Replacement() : old_version_(load_bundle(saved_.path()).version) {
    fs::copy(saved_.path(), old_, fs::copy_options::recursive);
    saved_.items_.ids[0] = "another";
    renames.left = kMany;
    saved_.save();
    steps_ = kMany - std::exchange(renames.left, -1);
    new_version_ = load_bundle(saved_.path()).version;
  }

  int steps() const { return steps_; }  // number of renames in the whole replacement
  void put_old_back() {
    fs::remove_all(saved_.path());
    fs::copy(old_, saved_.path(), fs::copy_options::recursive);
  }
  void save() { saved_.save(); }
  // Whether the folder has the new bundle. Fails unless it has exactly one of the two, complete.
  bool is_new() const {
    const Bundle bundle = load_bundle(saved_.path());
    EXPECT_TRUE(bundle.version == old_version_ || bundle.version == new_version_);
    EXPECT_EQ(bundle.items.ids[0], bundle.version == new_version_ ? "another" : "m0");
    return bundle.version == new_version_;
  }
  void expect_the_next_save_to_mend_it() {
    saved_.save();
    EXPECT_TRUE(is_new());
    EXPECT_FALSE(fs::exists(saved_ / ".next"));
  }

 private:
  static constexpr int kMany = 1000;
  SavedModel saved_;
  std::string old_ = saved_.path() + ".old", old_version_, new_version_;
  int steps_ = 0;
};

TEST(ReplacedBundle, IsTheOldOrTheNewWhereverItIsKilled) {
  Replacement replacement;
  ASSERT_GE(replacement.steps(), 20);
  int became_new = 0;
  for (int step = 0; step < replacement.steps(); ++step) {
    replacement.put_old_back();
    const pid_t child = fork();
    if (child == 0) {
      renames = {step, true};
      replacement.save();
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << step;
    became_new += replacement.is_new();
    EXPECT_EQ(replacement.is_new(), became_new > 0) << "step " << step << ": it went back";
    replacement.expect_the_next_save_to_mend_it();
  }
  // All files of a bundle are written, then its manifest, and then they are moved.
  EXPECT_EQ(became_new, replacement.steps() / 2);
}

TEST(ReplacedBundle, IsTheOldOrTheNewWhereverTheDiskIsFull) {
  Replacement replacement;
  int became_new = 0;
  for (int step = 0; step < replacement.steps(); ++step) {
    replacement.put_old_back();
    renames = {step, false};
    const std::string message = message_of([&] { replacement.save(); });
    renames = {};
    EXPECT_TRUE(message.ends_with(": No space left on device")) << message;
    became_new += replacement.is_new();
    replacement.expect_the_next_save_to_mend_it();
  }
  EXPECT_EQ(became_new, replacement.steps() / 2);
}

}  // namespace
}  // namespace shortlist
