#include "shortlist/ranks/ordered_sum.h"

#include <gtest/gtest.h>

#include <mutex>

#include "shortlist/base/error.h"
#include "shortlist/base/random.h"
#include "shortlist/ranks/in_process.h"

namespace shortlist {
namespace {

float value_of(size_t part, size_t i) {
  return static_cast<float>(RandomStream(7, "values").at(part).uniform(i)) * static_cast<float>(part + 1);
}

// The sum of all parts as every rank has it.
std::vector<std::vector<float>> sums(int ranks, size_t parts, size_t values) {
  std::vector<std::vector<float>> all(static_cast<size_t>(ranks));
  run_in_process(ranks, [&](Communicator& own) {
    const PartRange range = parts_of_rank(parts, own.rank(), own.size());
    std::vector<std::vector<float>> memory;
    std::vector<std::span<float>> mine;
    for (size_t p = range.first; p < range.end; ++p) {
      std::vector<float>& part = memory.emplace_back(values);
      for (size_t i = 0; i < values; ++i) part[i] = value_of(p, i);
    }
    for (std::vector<float>& part : memory) mine.push_back(part);
    sum_in_order(own, parts, std::span<const std::span<float>>(mine));
    all[static_cast<size_t>(own.rank())] = memory[0];
  });
  return all;
}

TEST(OrderedSum, HasTheSameBitsForAnyNumberOfRanks) {
  for (const size_t values : {1u, 15u, 16u, 1000u}) {
    for (const size_t parts : {8u, 16u}) {
      const std::vector<float> one = sums(1, parts, values)[0];
      for (const int ranks : {2, 3, 4, 5, 7, 8}) {
        for (const std::vector<float>& own : sums(ranks, parts, values))
          EXPECT_EQ(own, one) << ranks << " ranks, " << parts << " parts, " << values << " values";
      }
    }
  }
}

TEST(OrderedSum, AddsInOneBinaryTree) {
  const auto v = [](size_t part) { return value_of(part, 0); };
  EXPECT_EQ(sums(3, 4, 1)[2][0], (v(0) + v(1)) + (v(2) + v(3)));
}

TEST(OrderedSum, DealsPartsAsEvenlyAsCanBe) {
  for (const int ranks : {1, 2, 3, 5, 8}) {
    size_t next = 0;
    for (int r = 0; r < ranks; ++r) {
      const PartRange parts = parts_of_rank(8, r, ranks);
      EXPECT_EQ(parts.first, next);
      EXPECT_GE(parts.size(), 8u / static_cast<size_t>(ranks));
      next = parts.end;
    }
    EXPECT_EQ(next, 8u);
  }
}

TEST(Communicator, GathersBytesOfAnySize) {
  run_in_process(3, [](Communicator& ranks) {
    const auto own = static_cast<size_t>(ranks.rank());
    const std::vector<ByteVector> all = ranks.all_gather(ByteVector(own, std::byte{5}));
    for (size_t r = 0; r < 3; ++r) EXPECT_EQ(all[r], ByteVector(r, std::byte{5}));
    ranks.barrier();
  });
}

TEST(Communicator, EndsTheOthersWhenARankThrows) {
  EXPECT_THROW(run_in_process(2,
                              [](Communicator& ranks) {
                                if (ranks.rank() == 1) throw failed("the disk is full");
                                ranks.barrier();
                              }),
               Error);
}

}  // namespace
}  // namespace shortlist
