#include "shortlist/io/sha256.h"

#include <gtest/gtest.h>

#include "shortlist/io/sha256_blocks.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

// The examples of FIPS 180-4.
TEST(Sha256, MatchesThePublishedExamples) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, IsTheSameHoweverTheBytesArrive) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += char(i * 7);
  for (size_t length : {0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 300}) {
    for (size_t step : {1, 3, 64, 100}) {
      Sha256 hash;
      for (size_t at = 0; at < length; at += step) {
        hash.add(std::string_view(text).substr(at, std::min(step, length - at)));
      }
      EXPECT_EQ(hash.hex(), sha256_hex(text.substr(0, length))) << length << " by " << step;
    }
  }
}

TEST(Sha256, IsTheSameWithTheProcessorsInstructions) {
  if (fold_sha256_native() == nullptr) GTEST_SKIP() << "the processor has none";
  std::vector<std::byte> blocks(64 * 50);
  for (size_t i = 0; i < blocks.size(); ++i) blocks[i] = std::byte(i * i >> 3);
  Sha256State plain = {1, 2, 3, 0xfffffffe, 5, 0x80000000, 7, 8}, native = plain;
  fold_sha256_plain(plain, blocks.data(), 50);
  fold_sha256_native()(native, blocks.data(), 50);
  EXPECT_EQ(native, plain);
}

TEST(Sha256, HashesAFile) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "abc", "abc");
  EXPECT_EQ(sha256_file_hex(folder / "abc"), sha256_hex("abc"));
  EXPECT_EQ(message_of([] { sha256_file_hex("/no/such"); }),
            "cannot read /no/such: No such file or directory");
}

}  // namespace
}  // namespace shortlist
