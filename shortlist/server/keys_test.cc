#include "shortlist/server/keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shortlist/io/file.h"
#include "shortlist/io/sha256.h"
#include "shortlist/testing/served_model.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

TEST(Keys, FindsAKeyByItsToken) {
  const TemporaryFolder folder;
  const std::string path = folder / "keys";
  const std::string reader = make_key(path, "page", Scope::read), admin = make_key(path, "ops", Scope::admin);
  const KeyRing ring = KeyRing::load(path);
  ASSERT_NE(ring.find(reader), nullptr);
  EXPECT_EQ(ring.find(reader)->name, "page");
  EXPECT_EQ(ring.find(reader)->scope, Scope::read);
  EXPECT_EQ(ring.find(admin)->scope, Scope::admin);
  EXPECT_EQ(ring.find(reader + "x"), nullptr);
  EXPECT_EQ(ring.find(""), nullptr);
  EXPECT_EQ(ring.find(ring.find(reader)->sha256), nullptr);
}

TEST(Keys, KeepsNoTokenAndLetsNobodyElseRead) {
  const TemporaryFolder folder;
  const std::string path = folder / "keys";
  const std::string token = make_key(path, "page", Scope::read);
  EXPECT_EQ(token.size(), 46u);
  EXPECT_NE(token, make_key(path, "other", Scope::read));
  EXPECT_EQ(read_file(path).find(token), std::string::npos);
  EXPECT_NE(read_file(path).find("page read " + sha256_hex(token)), std::string::npos);
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(Keys, ReadsCommentsAndEmptyLines) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "keys", "# who may\n\npage read " + sha256_hex("tea"));
  EXPECT_EQ(KeyRing::load(folder / "keys").find("tea")->name, "page");
  make_key(folder / "keys", "ops", Scope::admin);
  EXPECT_EQ(KeyRing::load(folder / "keys").find("tea")->name, "page");
}

TEST(Keys, BelongToTheFoldersOwnerWhereRootMakesThem) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const TemporaryFolder folder;
  ASSERT_EQ(chown((folder / ".").c_str(), 65534, 65534), 0);
  make_key(folder / "keys", "page", Scope::read);
  struct stat file {};
  ASSERT_EQ(stat((folder / "keys").c_str(), &file), 0);
  EXPECT_EQ(file.st_uid, 65534u);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
}

TEST(Keys, AreNotAddedWhereNobodySeesTheToken) {
  const TemporaryFolder folder;
  make_key(folder / "keys", "page", Scope::read);
  const std::string before = read_file(folder / "keys");
  EXPECT_THROW(add_key(folder / "keys", "lost", Scope::read,
                       [](const std::string&) { throw failed("the pipe is closed"); }),
               Error);
  EXPECT_EQ(read_file(folder / "keys"), before);
  EXPECT_EQ(folder.count(), 1u);
}

TEST(Keys, AreAllThereWhenManyAreMadeAtOnce) {
  const TemporaryFolder folder;
  std::vector<pid_t> children;
  for (int i = 0; i < 20; ++i) {
    children.push_back(fork());
    if (children.back() == 0) {
      make_key(folder / "keys", fmt::format("key{}", i), Scope::read);
      _exit(0);
    }
  }
  for (pid_t child : children) waitpid(child, nullptr, 0);
  const KeyRing ring = KeyRing::load(folder / "keys");
  for (int i = 0; i < 20; ++i) EXPECT_NE(ring.named(fmt::format("key{}", i)), nullptr) << i;
}

TEST(Keys, AreNotWrittenThroughALink) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "secret", "root:x\n");
  ASSERT_EQ(symlink((folder / "secret").c_str(), (folder / "keys").c_str()), 0);
  EXPECT_EQ(message_of([&] { make_key(folder / "keys", "page", Scope::read); }),
            (folder / "keys") + ": is a link; name the file itself");
  EXPECT_EQ(read_file(folder / "secret"), "root:x\n");
}

TEST(Keys, AreRefusedWhereOthersCanWriteThem) {
  const TemporaryFolder folder;
  const std::string path = folder / "keys";
  make_key(path, "page", Scope::read);
  for (mode_t mode : {0620, 0602, 0666}) {
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    EXPECT_EQ(message_of([&] { KeyRing::load(path); }),
              fmt::format("{}: users other than its owner can write it (mode {:04o}); run chmod go-w {}",
                          path, mode, path));
  }
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  KeyRing::load(path);
  ASSERT_EQ(chmod(folder.path().c_str(), 0777), 0);
  EXPECT_NE(message_of([&] { KeyRing::load(path); }).find("anyone can replace it"), std::string::npos);
  ASSERT_EQ(chmod(folder.path().c_str(), 01777), 0);
  KeyRing::load(path);
}

TEST(Keys, SaysWhichLineIsWrong) {
  const TemporaryFolder folder;
  const std::string path = folder / "keys", hash = sha256_hex("tea");
  for (const std::string& line :
       std::vector<std::string>{"page " + hash, "page write " + hash, "page read tea",
                                "page read " + hash + " more", "page open " + hash}) {
    write_file_atomically(path, "# keys\n" + line + "\n");
    EXPECT_EQ(message_of([&] { KeyRing::load(path); }),
              path + ":2: need a line NAME SCOPE SHA256, with the scope read or admin");
  }
  write_file_atomically(path, "page read " + hash + "\npage admin " + hash + "\n");
  EXPECT_EQ(message_of([&] { KeyRing::load(path); }), path + ":2: a key named 'page' already exists");
  EXPECT_EQ(message_of([&] { make_key(folder / "new", "two words", Scope::read); }),
            "'two words': need a name of one word");
}

}  // namespace
}  // namespace shortlist
