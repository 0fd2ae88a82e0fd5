#include "shortlist/base/threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <stdexcept>
#include <vector>

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

}  // namespace
}  // namespace shortlist
