#include "shortlist/base/spill.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "shortlist/base/error.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

// Tests do not replace operator new, so they call what it calls.
class Spill : public testing::Test {
 protected:
  void SetUp() override { set_can_spill(); }
  const TemporaryFolder folder_;
  const std::string cache_ = folder_ / "cache";
};

TEST_F(Spill, KeepsLargeBlocksInFilesAndFreesThem) {
  const SpillFolder spills(cache_, {.vectors = true});
  void* const block = spill(kSpillBytes + 1);
  ASSERT_NE(block, nullptr);
  static_cast<char*>(block)[kSpillBytes] = 1;
  EXPECT_GT(SpillFolder::bytes(), kSpillBytes);
  EXPECT_TRUE(unspill(block));
  EXPECT_FALSE(unspill(block));
  EXPECT_EQ(SpillFolder::bytes(), 0u);
  EXPECT_GT(SpillFolder::most_bytes(), kSpillBytes);
}

TEST_F(Spill, LeavesSmallBlocksAndThoseOfOthersAlone) {
  const SpillFolder spills(cache_, {.vectors = true});
  EXPECT_EQ(spill(kSpillBytes - 1), nullptr);
  void* const kept = spill(kSpillBytes);
  void* const aligned = std::aligned_alloc(4096, 4096);
  EXPECT_FALSE(unspill(aligned));
  std::free(aligned);
  EXPECT_TRUE(unspill(kept));
}

TEST_F(Spill, EndsWithTheFolderButBlocksMayOutliveIt) {
  void* block = nullptr;
  {
    const SpillFolder spills(cache_, {.vectors = true});
    block = spill(kSpillBytes);
  }
  EXPECT_FALSE(std::filesystem::exists(cache_));
  EXPECT_EQ(spill(kSpillBytes), nullptr);
  static_cast<char*>(block)[7] = 1;
  EXPECT_TRUE(unspill(block));
}

TEST_F(Spill, MakesTheFolderAgainIfAnotherProgramHasRemovedIt) {
  const SpillFolder spills(cache_, {.vectors = true});
  std::filesystem::remove(cache_);
  void* const block = spill(kSpillBytes);
  ASSERT_NE(block, nullptr);
  EXPECT_TRUE(unspill(block));
}

TEST_F(Spill, SaysWhichFolderIsFull) {
  const SpillFolder spills(cache_, {.vectors = true});
  try {
    spill(size_t{1} << 55);
    FAIL();
  } catch (const std::bad_alloc& error) {
    EXPECT_EQ(std::string(error.what()).find("cannot keep data in " + cache_ + ": "), 0u) << error.what();
  }
}

TEST_F(Spill, KeepsTablesInFilesOnlyWhileTheyAreMade) {
  const SpillFolder spills(cache_, {.tables = true});
  EXPECT_EQ(spill(kSpillBytes), nullptr);
  EXPECT_EQ(spill_table(8), nullptr);
  {
    const SpillTable table;
    void* const block = spill_table(8);
    EXPECT_TRUE(unspill(block));
    const SpillTable other(false);
    EXPECT_EQ(spill_table(8), nullptr);
  }
  EXPECT_EQ(spill_table(8), nullptr);
}

TEST_F(Spill, WorksFromManyThreads) {
  const SpillFolder spills(cache_, {.vectors = true});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 20; ++i) EXPECT_TRUE(unspill(spill(kSpillBytes)));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(SpillFolder::bytes(), 0u);
}

}  // namespace
}  // namespace shortlist
