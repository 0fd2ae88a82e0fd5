#include "shortlist/ranks/same_on_all_ranks.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "shortlist/base/error.h"
#include "shortlist/ranks/in_process.h"

namespace shortlist {
namespace {

// The messages of the ranks, of which some have another config.
std::vector<std::string> messages(int ranks, const std::vector<int>& others) {
  std::vector<std::string> all(static_cast<size_t>(ranks));
  run_in_process(ranks, [&](Communicator& own) {
    const bool other = std::ranges::find(others, own.rank()) != others.end();
    try {
      check_same_on_all_ranks(own, {{"the version", "1"}, {"the config", other ? "bb" : "aa"}});
    } catch (const Error& error) {
      all[static_cast<size_t>(own.rank())] = error.message();
    }
  });
  return all;
}

TEST(SameOnAllRanks, AcceptsEqualFacts) {
  EXPECT_EQ(messages(3, {}), std::vector<std::string>(3));
  EXPECT_EQ(messages(1, {}), std::vector<std::string>(1));
}

TEST(SameOnAllRanks, NamesTheRanksThatDifferOnEveryRank) {
  EXPECT_EQ(
      messages(3, {1}),
      std::vector<std::string>(
          3, "the config differs: rank 0 has aa, rank 1 has bb. All ranks of a job must have the same"));
  EXPECT_EQ(messages(4, {1, 3})[0],
            "the config differs: rank 0 has aa, ranks 1, 3 have bb. All ranks of a job must have the same");
}

}  // namespace
}  // namespace shortlist
