#include "shortlist/base/threads.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <limits>
#include <stdexcept>
#include <vector>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

TEST(ThreadPool, RunsEveryTaskOnce) {
  for (int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    for (size_t count : {0u, 1u, 2u, 7u, 1000u}) {
      std::vector<std::atomic<int>> calls(count);
      pool.run(count, [&](size_t i, int worker) {
        EXPECT_LT(worker, threads);
        ++calls[i];
      });
      for (auto& n : calls) EXPECT_EQ(n, 1);
    }
  }
}

TEST(ThreadPool, ThrowsWhatATaskThrewAndStaysUsable) {
  ThreadPool pool(3);
  EXPECT_THROW(pool.run(10,
                        [](size_t i, int) {
                          if (i == 5) throw std::runtime_error("five");
                        }),
               std::runtime_error);
  std::atomic<int> sum = 0;
  pool.run(4, [&](size_t i, int) { sum += static_cast<int>(i); });
  EXPECT_EQ(sum, 6);
}

TEST(ThreadPool, FlushesSubnormalsInEveryThread) {
  ThreadPool pool(2);
  std::atomic<int> subnormal = 0;
  pool.run(64, [&](size_t, int) {
    volatile float tiny = std::numeric_limits<float>::min();
    subnormal += (tiny / 2) != 0.0f;
  });
#if defined(__x86_64__)
  EXPECT_EQ(subnormal, 0);
#endif
}

TEST(Chunks, CoverTheRowsWithoutOverlap) {
  EXPECT_EQ(chunk_count(0, 4), 0u);
  EXPECT_EQ(chunk_count(9, 4), 3u);
  EXPECT_EQ(chunk_rows(9, 4, 2).begin, 8u);
  EXPECT_EQ(chunk_rows(9, 4, 2).end, 9u);
}

TEST(ThreadPool, SaysThatThreadsCannotBeStarted) {
#ifndef __x86_64__
  GTEST_SKIP() << "emulators reserve the memory of huge stacks";
#endif
  pthread_attr_t before, huge;
  pthread_getattr_default_np(&before);
  pthread_getattr_default_np(&huge);
  pthread_attr_setstacksize(&huge, size_t{1} << 46);  // larger than the address space
  pthread_setattr_default_np(&huge);
  try {
    ThreadPool pool(3);
    ADD_FAILURE() << "needs an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::failed);
    EXPECT_TRUE(error.message().starts_with("cannot start a thread: ")) << error.message();
  }
  pthread_setattr_default_np(&before);
}

TEST(Check, ThrowsWhatAnEmbeddingProgramCanCatch) {
  try {
    SHORTLIST_CHECK(1 + 1 == 3);
    FAIL() << "needs a CheckFailed";
  } catch (const std::logic_error& fault) {
    EXPECT_TRUE(std::string(fault.what()).ends_with(": check failed: 1 + 1 == 3")) << fault.what();
  }
}

}  // namespace
}  // namespace shortlist
