// Datasets of ratings with separate tables of movies and users.
#include "shortlist/testing/two_tables.h"

#include <gtest/gtest.h>

#include "shortlist/config/resolve.h"
#include "shortlist/metrics/observations.h"
#include "shortlist/train/prepare.h"

namespace shortlist {
namespace {

using Texts = std::vector<std::string>;

Dataset data_of(const TwoTables& tables, const Changes& changes = {}) {
  return prepare_data(resolve_data(tables.config(changes)), tables.open()).data;
}

std::string error_of(const TwoTables& tables, const Changes& changes = {}) {
  std::string message;
  try {
    data_of(tables, changes);
  } catch (const Error& error) {
    message = error.what();
  }
  const std::string folder = tables.path("");
  for (size_t at = message.find(folder); at != message.npos; at = message.find(folder))
    message.erase(at, folder.size());
  return message;
}

void expect_equal(const EncodedRows& a, const EncodedRows& b) {
  ASSERT_EQ(a.rows, b.rows);
  ASSERT_EQ(a.columns.size(), b.columns.size());
  for (size_t c = 0; c < a.columns.size(); ++c) {
    EXPECT_EQ(a.columns[c].ids, b.columns[c].ids);
    EXPECT_EQ(a.columns[c].offsets, b.columns[c].offsets);
    EXPECT_EQ(a.columns[c].values, b.columns[c].values);
  }
}

TEST(TwoTables, GiveTheDatasetOfTheTableThatTheyWereJoinedTo) {
  const TinyTable joined;
  const TwoTables apart;
  const PreparedData one = prepare_data(resolve_data(joined.config()), joined.open());
  const PreparedData two = prepare_data(resolve_data(apart.config()), apart.open());
  expect_equal(two.data.queries, one.data.queries);
  expect_equal(two.data.candidates, one.data.candidates);
  EXPECT_EQ(two.data.pair_of_row, one.data.pair_of_row);
  EXPECT_EQ(two.data.candidate_of_item, one.data.candidate_of_item);
  EXPECT_EQ(two.data.items.ids, one.data.items.ids);
  EXPECT_EQ(two.data.items.attributes[0].values, one.data.items.attributes[0].values);
  EXPECT_EQ(two.data.query_keys, one.data.query_keys);
  EXPECT_EQ(two.data.users, one.data.users);
  EXPECT_EQ(table_difference(one.data.fingerprint, two.data.fingerprint), "");
  EXPECT_EQ(two.data.fingerprint.features, one.data.fingerprint.features);
  EXPECT_TRUE(two.data.notes.empty());
}

TEST(TwoTables, TheCatalogueHasItemsThatNobodyRated) {
  const TwoTables tables("m98,War,2020\nm99,Drama,2021\n");
  const Dataset data = data_of(tables);
  ASSERT_EQ(data.items.ids.size(), 32u);
  EXPECT_EQ(data.items.ids[30], "m98");
  EXPECT_EQ(data.items.attributes[1].values[31], AttributeValue(int64_t{2021}));
  EXPECT_EQ(data.candidates.rows, 32u);
  EXPECT_EQ(data.candidate_of_row.size(), data.rows);
  EXPECT_LT(std::ranges::max(data.candidate_of_row), 30u);
  EXPECT_EQ(data.item_of_candidate[data.candidate_of_item[31]], 31u);
}

TEST(TwoTables, AFeatureOfTheRatingsIsMissingForItemsThatNobodyRated) {
  const TwoTables tables("m99,Drama,2021\n");
  Changes changes = {
      {"movie   = {", "seen = { kind = \"category\", column = \"rating\", dim = 2 }\nmovie   = {"},
      {R"(["movie", "genre"])", R"(["movie", "genre", "seen"])"}};
  const Dataset data = data_of(tables, changes);
  const uint32_t candidate = data.candidate_of_item.back();
  EXPECT_EQ(data.candidates.columns[2].ids[candidate], 0);  // like an unseen value
  EXPECT_EQ(data.labels[0].values.size(), data.rows);
}

TEST(TwoTables, CountRatingsOfItemsWithoutARow) {
  const TwoTables tables("", "", "u01,m77,3\nu02,m77,3\nu99,m01,4\n");
  const Texts notes = data_of(tables).notes;
  ASSERT_EQ(notes.size(), 2u);
  EXPECT_EQ(notes[0], tables.path("movies.csv") +
                          " has no row for 1 of 31 items (2 of 243 rows): its columns are missing there");
  EXPECT_EQ(notes[1], tables.path("users.csv") +
                          " has no row for 1 of 15 users (1 of 243 rows): its columns are missing there");
}

TEST(TwoTables, KnowAllUsersOfTheirTable) {
  const Dataset data = data_of(TwoTables("", "u98,Chile\nu99,\n"));
  ASSERT_EQ(data.users.size(), 16u);
  EXPECT_EQ(data.users[14], "u98");
  ASSERT_EQ(data.context.columns.size(), 1u);
  const UserContext::ContextColumn& country = data.context.columns[0];
  EXPECT_EQ(country.values[static_cast<size_t>(country.users[14])], "Chile");
  EXPECT_EQ(country.users[15], UserContext::kNone);
  EXPECT_EQ(data.user_of_row.size(), data.rows);
}

TEST(TwoTables, TellTheSideTableOfAWrongValueWithItsRow) {
  const Changes year = {{"genre   = { kind", "year = { kind = \"number\" }\ngenre   = { kind"},
                        {R"(["movie", "genre"])", R"(["movie", "genre", "year"])"}};
  EXPECT_EQ(error_of(TwoTables("m98,War,soon\n"), year),
            "movies.csv: row 31, column 'year': 'soon' is not a number");
}

TEST(TwoTables, RejectColumnsThatTwoTablesCouldGive) {
  EXPECT_EQ(
      error_of(TwoTables(),
               {{R"(["genre", "year"])", R"(["genre", "rating"])"},
                {"[items]\n", "[items]\ncolumns = [\"movie\", \"genre\", \"rating\"]\nheader = false\n"}}),
      "column 'rating' is in both ratings.csv and movies.csv, so it is ambiguous; rename one of them, such "
      "as "
      "by sql = \"SELECT * RENAME (rating AS items_rating) FROM ...\" in [items]");
}

TEST(TwoTables, RejectAQueryThatAsksWithTheItemsColumns) {
  EXPECT_EQ(
      error_of(TwoTables(), {{R"(["user", "country"])", R"(["user", "genre"])"},
                             {R"(["movie", "genre"])", R"(["movie"])"},
                             {R"(attributes = ["genre", "year"])", ""}}),
      "column 'genre': the query uses it, but it is in movies.csv, which [items] joins to the other tower");
}

TEST(TwoTables, NameAllTablesWhereNoneHasAColumn) {
  EXPECT_EQ(
      error_of(TwoTables(), {{R"(["genre", "year"])", R"(["genre", "yeear"])"}}),
      "no table has a column 'yeear'; did you mean 'year'? (ratings.csv: user, movie, rating; movies.csv: "
      "movie, genre, year; users.csv: id, country)");
}

TEST(TwoTables, RejectIdsOfWhichNoneIsInTheTable) {
  EXPECT_EQ(error_of(TwoTables(), {{"[items]\n", "[items]\nkey = \"year\"\n"}}),
            "movies.csv: column 'year' contains none of the 30 values of 'movie' in ratings.csv, such as "
            "'m02'; need the same ids in both");
}

TEST(TwoTables, FingerprintsTellAnotherSideTable) {
  const Dataset data = data_of(TwoTables()), more = data_of(TwoTables("m99,War,2020\n"));
  EXPECT_EQ(table_difference(data.fingerprint, more.fingerprint), "");
  EXPECT_EQ(side_table_difference(data.fingerprint, more.fingerprint),
            "the table of items has different rows or values");
  EXPECT_EQ(side_table_difference(data.fingerprint, data_of(TwoTables()).fingerprint), "");
}

TEST(TwoTables, AnotherTableOfRatingsIsMatchedAgainstTheKnownItems) {
  const TwoTables tables("m99,War,2020\n"), other("m98,Drama,2000\n", "", "u01,m98,3\n");
  const Config config = tables.config();
  const PreparedData prepared = prepare_data(resolve_data(config), tables.open());
  const KnownData known{prepared.data.items.ids, prepared.data.users, prepared.data.fingerprint, false};
  const Dataset again =
      apply_features(resolve_data(other.config()), prepared.features, other.open(), true, &known);
  EXPECT_TRUE(again.other_table);
  EXPECT_EQ(again.items.ids.size(), 31u);
  EXPECT_EQ(again.item_of_candidate[again.candidate_of_row[240]], 31u);  // not a known item
  EXPECT_EQ(again.candidates.rows, 31u);
}

}  // namespace
}  // namespace shortlist
