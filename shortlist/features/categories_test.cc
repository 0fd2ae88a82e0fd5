#include "shortlist/features/categories.h"

#include <gtest/gtest.h>

#include "shortlist/testing/features.h"

namespace shortlist {
namespace {

using testing::bags;
using testing::Bags;
using testing::fit;
using testing::kNull;
using testing::text_column;
using testing::tokens;
using Texts = std::vector<std::string_view>;
using Tokens = std::vector<std::string>;

const Texts kGenres = {"Action, Comedy", "Comedy", "Drama,Action ,, Comedy", "", kNull};

TEST(Categories, CutsAtTheSeparatorAndDropsBlanksAndEmptyValues) {
  const auto feature = fit("categories", text_column(kGenres));
  EXPECT_EQ(tokens(*feature), (Tokens{"[UNK]", "Action", "Comedy", "Drama"}));
  EXPECT_EQ(bags(*feature, text_column(kGenres)), (Bags{{1, 2}, {2}, {3, 1, 2}, {}, {}}));
}

TEST(Categories, TakesListColumns) {
  const Column lists = testing::list_column(testing::integer_column({7, 5, 7, 7}), {0, 2, 2, 4});
  const auto feature = fit("categories", lists);
  EXPECT_EQ(tokens(*feature), (Tokens{"[UNK]", "5", "7"}));
  EXPECT_EQ(bags(*feature, lists), (Bags{{2, 1}, {}, {2, 2}}));
}

TEST(Categories, TakesOtherSeparators) {
  const auto feature = fit("categories", text_column(Texts{"a||b", "b"}), {{"separator", "||"}});
  EXPECT_EQ(bags(*feature, text_column(Texts{"b||a||c"})), (Bags{{2, 1, 0}}));
}

TEST(Categories, TreatsMissingRowsAsDeclared) {
  const Column column = text_column(kGenres);
  EXPECT_EQ(bags(*fit("categories", column, {{"missing", "oov"}}), column)[4], (std::vector<int32_t>{0}));
  EXPECT_EQ(bags(*fit("categories", column, {{"missing", "token"}}), column)[4], (std::vector<int32_t>{4}));
}

TEST(Categories, RejectsListsOfLists) {
  const Column inner = testing::list_column(testing::integer_column({1}), {0, 1});
  EXPECT_EQ(testing::message_of([&] {
              fit("categories", testing::list_column(inner, {0, 1}));
            }),
            "row 1: got a list of lists, need a list of values");
}

TEST(Categories, RejectsAnEmptySeparator) {
  EXPECT_EQ(testing::message_of([] {
              testing::config("categories", {{"separator", ""}});
            }),
            "a.toml:7: features.x.separator: need at least one character");
}

}  // namespace
}  // namespace shortlist
