#include "shortlist/io/file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shortlist/base/error.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

// Limits the size of files to `bytes` within the scope, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(File, ReadsBackWhatWasWritten) {
  const TemporaryFolder folder;
  const std::string text("a\0b\n", 4), big(300'000, 'x');
  write_file_atomically(folder / "small", text);
  write_file_atomically(folder / "big", big);
  write_file_atomically(folder / "empty", "");
  EXPECT_EQ(read_file(folder / "small"), text);
  EXPECT_EQ(read_file(folder / "big"), big);
  EXPECT_EQ(read_file(folder / "empty"), "");
  EXPECT_EQ(folder.count(), 3u) << "a temporary file was left";
}

TEST(File, SaysWhyItCannotBeRead) {
  const TemporaryFolder folder;
  EXPECT_EQ(message_of([&] { read_file("/no/such/file"); }),
            "cannot read /no/such/file: No such file or directory");
  EXPECT_EQ(message_of([&] { read_file(folder.path()); }),
            "cannot read " + folder.path() + ": Is a directory");
  EXPECT_EQ(message_of([&] { FileBytes bytes("/no/such/file"); }),
            "cannot read /no/such/file: No such file or directory");
  EXPECT_EQ(message_of([&] { FileBytes bytes(folder.path()); }),
            "cannot read " + folder.path() + ": it is a folder, need a file");
  EXPECT_EQ(message_of([&] { FileBytes bytes("/dev/zero"); }),
            "cannot read /dev/zero: it is a device, need a file");
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(message_of([&] { FileBytes bytes(folder / "pipe"); }),
            "cannot read " + folder / "pipe" + ": it is a pipe, need a file");
}

TEST(File, SaysWhatStandsAtAPathOrWhyThatCannotBeSeen) {
  using std::filesystem::file_type;
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "x");
  std::filesystem::create_symlink("file", folder / "link");
  std::filesystem::create_symlink("circle", folder / "circle");
  EXPECT_EQ(type_of_file(folder / "link"), file_type::regular);
  EXPECT_EQ(type_of_file(folder.path()), file_type::directory);
  EXPECT_EQ(type_of_file(folder / "file/below"), file_type::not_found);
  EXPECT_EQ(message_of([&] { type_of_file(folder / "circle"); }),
            "cannot read " + folder / "circle" + ": Too many levels of symbolic links");
}

TEST(File, WritesStraightToADeviceAndSaysThatItIsFull) {
  EXPECT_EQ(message_of([] { write_file_atomically("/dev/full", "x"); }),
            "cannot write /dev/full: No space left on device");
}

TEST(AtomicFile, KeepsTheOldFileWhenTheDiskIsFull) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "old");
  {
    const FileSizeLimit full(100'000);
    const std::string big(1'000'000, 'x');
    EXPECT_EQ(message_of([&] { write_file_atomically(folder / "file", big); }),
              "cannot write " + folder / "file" + ": File too large");
  }
  EXPECT_EQ(read_file(folder / "file"), "old");
  EXPECT_EQ(folder.count(), 1u) << "a temporary file was left";
}

TEST(AtomicFile, IsGoneWithoutCommit) {
  const TemporaryFolder folder;
  {
    AtomicFile file(folder / "file");
    file.write("half");
    EXPECT_EQ(folder.count(), 1u);
  }
  EXPECT_EQ(folder.count(), 0u);
}

TEST(AtomicFile, StreamsManyPieces) {
  const TemporaryFolder folder;
  std::string all;
  AtomicFile file(folder / "file");
  for (int i = 0; i < 2000; ++i) {
    const std::string piece(i % 97 == 0 ? 70'000 : i % 50, 'a' + i % 26);
    file.write(piece);
    all += piece;
  }
  file.commit();
  EXPECT_TRUE(read_file(folder / "file") == all);
}

TEST(AtomicFile, SaysWhyItCannotBeWritten) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "x");
  EXPECT_EQ(message_of([&] { write_file_atomically(folder / "file/below", "x"); }),
            "cannot write " + folder / "file/below" + ": Not a directory");
  EXPECT_EQ(message_of([&] { write_file_atomically(folder / "absent/x", "x"); }),
            "cannot write " + folder / "absent/x" + ": No such file or directory");
  EXPECT_EQ(message_of([&] { write_file_atomically(folder.path(), "x"); }),
            "cannot write " + folder.path() + ": Is a directory");
}

TEST(AtomicFile, SaysThatTheFolderIsReadOnly) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write into any folder";
  const TemporaryFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_read);
  EXPECT_EQ(message_of([&] { write_file_atomically(folder / "x", "x"); }),
            "cannot write " + folder / "x" + ": Permission denied");
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
}

TEST(OutputFile, CreatesOnlyWhatIsNew) {
  const TemporaryFolder folder;
  OutputFile::create_new(folder / "x")->write("one");
  EXPECT_FALSE(OutputFile::create_new(folder / "x"));
  OutputFile more = OutputFile::append(folder / "x");
  more.write(" two");
  more.flush();
  EXPECT_EQ(read_file(folder / "x"), "one two");
}

TEST(MakeDirectories, MakesAllLevelsAndAcceptsWhatIsThere) {
  const TemporaryFolder folder;
  make_directories(folder / "a/b/c");
  make_directories(folder / "a/b/c");
  EXPECT_TRUE(std::filesystem::is_directory(folder / "a/b/c"));
}

TEST(MakeDirectories, SaysWhyItCannot) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "x");
  EXPECT_EQ(message_of([&] { make_directories(folder / "file/below"); }),
            "cannot create the folder " + folder / "file/below" + ": Not a directory");
  EXPECT_EQ(message_of([&] { make_directories(folder / "file"); }),
            "cannot create the folder " + folder / "file" + ": Not a directory");
}

TEST(FileLock, KeepsOthersOutWhileItLives) {
  const TemporaryFolder folder;
  auto first = FileLock::try_lock(folder / "lock");
  ASSERT_TRUE(first);
  EXPECT_FALSE(FileLock::try_lock(folder / "lock"));
  {
    const FileLock moved = std::move(*first);
    first.reset();
    EXPECT_FALSE(FileLock::try_lock(folder / "lock"));
  }
  EXPECT_TRUE(FileLock::try_lock(folder / "lock"));
  EXPECT_EQ(message_of([&] { FileLock::try_lock(folder / "none/lock"); }),
            "cannot write " + folder / "none/lock" + ": No such file or directory");
}

TEST(File, ReadsADeviceOnlySoFar) {
  EXPECT_TRUE(
      message_of([&] { read_file("/dev/zero"); }).starts_with("cannot read /dev/zero: it is a device with"));
}

TEST(File, RemovesTheTemporariesOfKilledWrites) {
  const TemporaryFolder folder;
  make_directories(folder / "below");
  for (const char* name : {"a.tmp-12-0", "below/b.json.tmp-3-17"}) write_file_atomically(folder / name, "x");
  const std::vector<std::string> kept = {"a", "below/.tmp-1-2", "c.tmp-1", "d.tmp-1-x", "e.tmp-1-2.csv"};
  for (const std::string& name : kept) write_file_atomically(folder / name, "x");
  remove_temporaries(folder.path());
  EXPECT_EQ(folder.count(), 5u);
  for (const std::string& name : kept) EXPECT_EQ(read_file(folder / name), "x");
  remove_temporaries(folder / "none");
}

TEST(FileBytes, StayWhatTheyAreWhenTheFileChanges) {
  const TemporaryFolder folder;
  const std::string content(5'000'000, 'x');
  write_file_atomically(folder / "x", content);
  const FileBytes bytes(folder / "x");
  OutputFile(folder / "x").write("short");  // over the same file, as cp does
  EXPECT_EQ(bytes.text(), content);
}

TEST(FileBytes, MoveAndMayBeEmpty) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "x", "hello");
  write_file_atomically(folder / "empty", "");
  FileBytes bytes(folder / "x"), other(folder / "empty");
  EXPECT_TRUE(other.bytes().empty());
  other = std::move(bytes);
  EXPECT_EQ(other.text(), "hello");
}

}  // namespace
}  // namespace shortlist
