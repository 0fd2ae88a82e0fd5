#include "shortlist/base/memory_limit.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>

#include "shortlist/base/error.h"
#include "shortlist/base/mapped_memory.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

constexpr size_t kMega = size_t{1} << 20;

TEST(MemoryLimit, IsWrittenWithAUnit) {
  EXPECT_EQ(parse_bytes("4G", "--x"), 4096 * kMega);
  EXPECT_EQ(parse_bytes("1.5M", "--x"), 3 * kMega / 2);
  EXPECT_EQ(parse_bytes("70000", "--x"), 70'000u);
  EXPECT_EQ(binary_bytes_text(4096 * kMega), "4.0G");
  EXPECT_EQ(binary_bytes_text(300 * kMega), "300M");
  for (const char* wrong : {"", "4 G", "4T", "-1G", "nan", "x", "0", "1e30"})
    EXPECT_EQ(message_of([&] { parse_bytes(wrong, "--x"); }),
              "--x: got '" + std::string(wrong) + "', need a size such as 4G or 300M");
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(MemoryLimit, HoldsForMemoryButNotForMappedFiles) {
  const TemporaryFolder folder;
  const size_t before = private_memory_limit();
  {
    const MemoryLimit limit(private_memory() + 64 * kMega);
    void* const much = std::malloc(128 * kMega);
    EXPECT_EQ(much, nullptr);
    std::free(much);
    const MappedMemory mapped(folder / "", 128 * kMega);
    EXPECT_NE(mapped.data(), nullptr);
  }
  EXPECT_EQ(private_memory_limit(), before);
}
#endif

TEST(MemoryLimit, IsRefusedIfTheProcessHasMoreAlready) {
  const std::string message = message_of([] { MemoryLimit limit(4096); });
  EXPECT_EQ(message.find("--max-memory: got 0M, but the program has "), 0u) << message;
}

}  // namespace
}  // namespace shortlist
