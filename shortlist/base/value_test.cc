#include "shortlist/base/value.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

TEST(Nearest, IsTheOneWithTheFewestEdits) {
  EXPECT_EQ(nearest("genr", {"year", "genre", "genres"}), "genre");
  EXPECT_EQ(nearest("yaer", {"genre", "year"}), "year");
  EXPECT_EQ(nearest("colour", {"year", "genre"}), "");
}

// Every edit of a megabyte with each of these would take minutes.
TEST(Nearest, IsFoundQuicklyForAWordLongerThanAll) {
  const std::vector<std::string> words(2'000, std::string(100, 'a'));
  EXPECT_EQ(nearest(std::string(1 << 20, 'a'), words), "");
}

}  // namespace
}  // namespace shortlist
