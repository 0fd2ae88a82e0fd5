#include "shortlist/init/kind_choice.h"

#include <gtest/gtest.h>

namespace shortlist {
namespace {

// A table of users and items alone.
ModelGuess guess_of(uint64_t items) {
  ModelGuess guess;
  guess.columns.resize(2);
  guess.uses = {{.use = Use::query}, {.use = Use::item}};
  guess.user = 0;
  guess.item = 1;
  guess.columns[1].summary.distinct = items;
  return guess;
}

TEST(KindChoice, IsEaseForFewItems) {
  EXPECT_EQ(choose_kind(guess_of(20'000), SIZE_MAX).kind, "ease");
  EXPECT_EQ(choose_kind(guess_of(20'001), SIZE_MAX).kind, "ials");
}

TEST(KindChoice, IsEaseOnlyIfItsMatricesFitIntoMemory) {
  EXPECT_EQ(choose_kind(guess_of(10'000), 800'000'000).kind, "ease");
  const KindChoice choice = choose_kind(guess_of(10'000), 799'999'999);
  EXPECT_EQ(choice.kind, "ials");
  EXPECT_NE(choice.why.find("10,000 items are too many"), std::string::npos) << choice.why;
}

}  // namespace
}  // namespace shortlist
