#include "shortlist/interop/tensorflow/sstable.h"

#include <gtest/gtest.h>

#include "shortlist/io/crc32c.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

SstableEntries entries(size_t count, size_t value_bytes) {
  SstableEntries made;
  for (size_t i = 0; i < count; ++i)
    made.emplace_back(fmt::format("layer/{:06}", i), std::string(value_bytes, 'v'));
  return made;
}

TEST(Sstable, ReadsWhatItWrote) {
  for (const size_t count : {0, 1, 15, 16, 17, 100}) {
    EXPECT_EQ(read_sstable(write_sstable(entries(count, 3)), "x.index"), entries(count, 3)) << count;
  }
}

TEST(Sstable, ReadsManyBlocks) {
  const SstableEntries large = entries(3000, 500);
  EXPECT_EQ(read_sstable(write_sstable(large), "x.index"), large);
}

TEST(Sstable, BoundsTheMemoryOfKeysThatShareTheirBytes) {
  const auto shared = [](size_t count, size_t bytes) {
    SstableEntries made;
    for (size_t i = 0; i < count; ++i)
      made.emplace_back(std::string(bytes, 'k') + fmt::format("{:06}", i), "v");
    return made;
  };
  const SstableEntries usual = shared(1'000, 200);
  EXPECT_EQ(read_sstable(write_sstable(usual), "x.index"), usual);
  const std::string bomb = write_sstable(shared(10'000, 10'000), 100'000);
  EXPECT_LT(bomb.size(), 150'000u);
  EXPECT_EQ(message_of([&] { read_sstable(bomb, "x.index"); }),
            "x.index: its keys, decompressed, are far longer than the file");
}

std::string problem(const std::string& content) {
  return message_of([&] { read_sstable(content, "x.index"); });
}

TEST(Sstable, RefusesWhatIsNoTable) {
  EXPECT_EQ(problem("short"), "x.index: 5 bytes, too short for a checkpoint's index");
  EXPECT_EQ(problem(std::string(100, 'x')),
            "x.index: not a checkpoint's index, or truncated: no magic number at its end");
}

TEST(Sstable, SeesEveryFlippedByte) {
  const std::string good = write_sstable(entries(20, 3));
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x10);
    // The footer's padding has no meaning.
    const bool seen = !problem(bad).empty();
    EXPECT_TRUE(seen || i > good.size() - 48) << i;
  }
}

TEST(Sstable, SeesEveryCut) {
  const std::string good = write_sstable(entries(20, 3));
  for (size_t size = 0; size < good.size(); ++size) EXPECT_NE(problem(good.substr(0, size)), "") << size;
}

// Changes the first block's type byte and corrects the checksum.
std::string with_block_type(char type) {
  std::string table = write_sstable({{"a", "b"}});
  const size_t block = 5 + 8;  // one entry of 5 bytes, one restart, the number of restarts
  table[block] = type;
  const uint32_t crc = masked_crc32c(bytes_of(std::string_view(table).substr(0, block + 1)));
  for (int i = 0; i < 4; ++i) table[block + 1 + i] = static_cast<char>(crc >> (8 * i));
  return table;
}

TEST(Sstable, NamesCompression) {
  EXPECT_EQ(problem(with_block_type(0)), "");
  EXPECT_EQ(problem(with_block_type(1)),
            "x.index: its blocks are compressed with snappy; save the checkpoint without compression");
  EXPECT_EQ(problem(with_block_type(7)), "x.index: a block of unknown compression");
}

}  // namespace
}  // namespace shortlist
