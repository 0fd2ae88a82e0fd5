#include "shortlist/base/mapped_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "shortlist/base/error.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

TEST(MappedMemory, IsZeroAndKeepsWhatIsWritten) {
  const TemporaryFolder folder;
  MappedMemory memory(folder / "", 100'000);
  char* const bytes = static_cast<char*>(memory.data());
  EXPECT_EQ(std::count(bytes, bytes + memory.bytes(), 0), 100'000);
  std::fill_n(bytes, memory.bytes(), 'x');
  const MappedMemory moved = std::move(memory);
  EXPECT_EQ(memory.data(), nullptr);
  EXPECT_EQ(static_cast<char*>(moved.data())[99'999], 'x');
}

TEST(MappedMemory, LeavesNoFile) {
  const TemporaryFolder folder;
  const MappedMemory memory(folder / "", 4096);
  EXPECT_TRUE(std::filesystem::is_empty(folder / ""));
}

TEST(MappedMemory, NamesTheFolderThatCannotBeUsed) {
  EXPECT_EQ(message_of([] { MappedMemory("/no/such", 10); }),
            "cannot map a file of 10 bytes in /no/such: No such file or directory");
}

TEST(MappedMemory, FailsAtOnceIfTheDiskIsTooSmall) {
  const TemporaryFolder folder;
  EXPECT_THROW(MappedMemory(folder / "", size_t{1} << 55), Error);
}

}  // namespace
}  // namespace shortlist
