#include "shortlist/recommend/similarity.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/model/items.h"
#include "shortlist/testing/attributes.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

using Numbers = std::vector<double>;

TEST(JaccardSimilarities, CompareValuesOfEachAttributeApart) {
  const Items items{"id",
                    {"a", "b", "c", "d"},
                    {testing::attribute("genre", {"War, Drama", "Drama, Drama", "Sad", ""}, ","),
                     testing::attribute("mood", {"Sad", "Sad", "War", ""})}};
  // a = {genre War, genre Drama, mood Sad}: shares two of three values with b and none of five with c.
  EXPECT_EQ(jaccard_similarities(items, 0), (Numbers{1, 2.0 / 3, 0, 0}));
  EXPECT_EQ(jaccard_similarities(items, 3), (Numbers{0, 0, 0, 0}));
}

TEST(JaccardSimilarities, TakeATextWithACommaAsOneValue) {
  const Items items{"id", {"a", "b"}, {testing::attribute("title", {"Monsters, Inc.", "Aliens, Inc."})}};
  EXPECT_EQ(jaccard_similarities(items, 0), (Numbers{1, 0}));
}

TEST(JaccardSimilarities, NeedAttributes) {
  EXPECT_EQ(message_of([] {
              jaccard_similarities({"id", {"a"}, {}}, 0);
            }),
            "similar by jaccard compares attributes, but the bundle has none: set [items] "
            "attributes = [...] in the config");
}

TEST(RatingSimilarities, AreCosinesOverUsers) {
  //  Centred ratings, one row per user, items 0 1 2 3:   1 -1  .  .
  //                                                      2  .  2  .
  const UserRatings ratings{{0, 2, 4}, {0, 1, 0, 2}, {1, -1, 2, 2}};
  const Numbers got = rating_similarities(ratings, 4, 0);
  EXPECT_DOUBLE_EQ(got[0], 1);
  EXPECT_DOUBLE_EQ(got[1], -1 / std::sqrt(5.0));
  EXPECT_DOUBLE_EQ(got[2], 4 / (std::sqrt(5.0) * 2));
  EXPECT_EQ(got[3], 0);
}

// If a user rated an item twice, the mean of the two ratings counts.
TEST(RatingSimilarities, AnItemIsLikeItselfAlsoWhenRatedTwice) {
  const UserRatings ratings{{0, 3, 5}, {0, 0, 1, 0, 1}, {2, -1, -1, 1, -1}};
  const Numbers got = rating_similarities(ratings, 2, 0);
  EXPECT_DOUBLE_EQ(got[0], 1);
  // Item 0: (0.5, 1), item 1: (-1, -1).
  EXPECT_DOUBLE_EQ(got[1], -1.5 / std::sqrt(1.25 * 2));
}

TEST(RatingSimilarities, NeedRatingsByUser) {
  EXPECT_EQ(message_of([] { rating_similarities({}, 3, 0); }),
            "similar by cosine compares users' ratings, but the bundle has none: set [data] user = \"...\" "
            "in the config to the user's column, and train on a table with it");
}

TEST(MostSimilar, PutsTheBestFirstWithoutTheItem) {
  const std::vector<SimilarItem> found = most_similar({0.5, 1, 0.9, 0.5, -1}, 1, 3);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].item, 2u);
  EXPECT_EQ(found[0].similarity, 0.9);
  EXPECT_EQ(found[1].item, 0u);  // ties go to the first item
  EXPECT_EQ(found[2].item, 3u);
}

TEST(MostSimilar, GivesAllWhenThereAreFewer) { EXPECT_EQ(most_similar({0.5, 1, 0.9}, 1, 10).size(), 2u); }

}  // namespace
}  // namespace shortlist
