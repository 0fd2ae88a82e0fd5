#include "shortlist/server/keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shortlist/io/file.h"
#include "shortlist/io/sha256.h"
#include "shortlist/io/testing.h"

namespace shortlist {
namespace {

TEST(Keys, FindsAKeyByItsToken) {
  const TemporaryFolder folder;
  const std::string path = folder / "keys";
  const std::string reader = add_key(path, "page", Scope::read), admin = add_key(path, "ops", Scope::admin);
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
  const std::string token = add_key(path, "page", Scope::read);
  EXPECT_EQ(token.size(), 46u);
  EXPECT_NE(token, add_key(path, "other", Scope::read));
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
  add_key(folder / "keys", "ops", Scope::admin);
  EXPECT_EQ(KeyRing::load(folder / "keys").find("tea")->name, "page");
}

TEST(Keys, BelongToTheFoldersOwnerWhereRootMakesThem) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const TemporaryFolder folder;
  ASSERT_EQ(chown((folder / ".").c_str(), 65534, 65534), 0);
  add_key(folder / "keys", "page", Scope::read);
  struct stat file {};
  ASSERT_EQ(stat((folder / "keys").c_str(), &file), 0);
  EXPECT_EQ(file.st_uid, 65534u);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
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
  EXPECT_EQ(message_of([&] { KeyRing::load(path); }), path + ":2: a key named 'page' stands there already");
  EXPECT_EQ(message_of([&] { add_key(folder / "new", "two words", Scope::read); }),
            "'two words': need a name of one word");
}

}  // namespace
}  // namespace shortlist
