#include "shortlist/base/available_memory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace shortlist {
namespace {

TEST(AvailableMemory, IsAtMostWhatTheAddressSpaceLeaves) {
  EXPECT_GT(available_memory(), size_t{1} << 20);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__x86_64__)
  GTEST_SKIP() << "sanitizers and emulators need more address space than the limit leaves";
#endif
  rlimit old{};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &old), 0);
  const rlimit less{rlim_t{1} << 40, old.rlim_max};
  if (setrlimit(RLIMIT_AS, &less) != 0) GTEST_SKIP();
  EXPECT_LE(available_memory(), size_t{1} << 40);
  setrlimit(RLIMIT_AS, &old);
}

TEST(BytesText, UsesTheUnitThatFits) {
  EXPECT_EQ(bytes_text(1.62e9), "1.6 GB");
  EXPECT_EQ(bytes_text(12.3e6), "12 MB");
  EXPECT_EQ(bytes_text(900), "1 kB");
}

}  // namespace
}  // namespace shortlist
