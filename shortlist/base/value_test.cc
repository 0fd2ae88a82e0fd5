#include "shortlist/base/value.h"

#include <gtest/gtest.h>

#include <ctime>

namespace shortlist {
namespace {

TEST(Nearest, IsTheOneWithTheFewestEdits) {
  EXPECT_EQ(nearest("gemre", {"year", "genre", "genres"}), "genre");
  EXPECT_EQ(nearest("genr", {"year", "genres", "genre"}), "genre");
  EXPECT_EQ(nearest("yaer", {"genre", "year"}), "year");
  EXPECT_EQ(nearest("colour", {"year", "genre"}), "");
}

TEST(Nearest, IsRatherAWordThatWasNotWrittenToItsEnd) {
  EXPECT_EQ(nearest("val", {"test", "validation", "train", "all"}), "validation");
  EXPECT_EQ(nearest("--max-k", {"--max-", "--max-keys", "--max-key"}), "--max-key");
  EXPECT_EQ(nearest("pred", {"red", "predicted"}), "predicted");
  EXPECT_EQ(nearest("p", {"predicted"}), "");
}

TEST(Nearest, ForgivesOneMistakeInTheBeginningOfALongWord) {
  EXPECT_EQ(nearest("usr", {"item", "user_id"}), "user_id");
  EXPECT_EQ(nearest("usx", {"item", "user_id"}), "user_id");
  EXPECT_EQ(nearest("xyz", {"item", "user_id"}), "");
}

TEST(Nearest, IsFoundInAnyCase) {
  EXPECT_EQ(nearest("RATING", {"rating", "year"}), "rating");
  EXPECT_EQ(nearest("usERID", {"UserId", "ItemId"}), "UserId");
}

TEST(Nearest, LeavesMostOfAShortWord) {
  EXPECT_EQ(nearest("val", {"all", "any"}), "");
  EXPECT_EQ(nearest("jsn", {"text", "json"}), "json");
}

// Computing the full edit distance between a megabyte and each candidate would take minutes.
TEST(Nearest, IsFoundQuicklyForAWordLongerThanAll) {
  const std::vector<std::string> words(2'000, std::string(100, 'a'));
  EXPECT_EQ(nearest(std::string(1 << 20, 'a'), words), "");
}

double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// With a large catalogue, or ids of 10,000 letters, full comparisons would take seconds.
TEST(Nearest, IsFoundQuicklyAmongManyOrLongTexts) {
  std::vector<std::string> many, large;
  for (int i = 0; i < 1'000'000; ++i) many.push_back("the title of film " + std::to_string(i));
  for (int i = 0; i < 200; ++i) large.push_back(std::string(10'000, 'a') + std::to_string(i));
  const double begin = thread_seconds();
  EXPECT_EQ(nearest("the title of film 78x", many), "the title of film 78");
  EXPECT_EQ(nearest(std::string(10'000, 'a'), large), "");
  EXPECT_LT(thread_seconds() - begin, 0.5);
}

}  // namespace
}  // namespace shortlist
