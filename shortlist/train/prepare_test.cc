#include "shortlist/train/dataset.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/metrics/observations.h"
#include "shortlist/testing/prepared_table.h"
#include "shortlist/train/prepare.h"

namespace shortlist {
namespace {

using Numbers = std::vector<uint32_t>;
using Texts = std::vector<std::string>;

constexpr const char* kHead = "user,country,movie,genre,year,rating\n";
// Rows 1 and 4 are the same pair; rows 2 and 3 have the same movie.
constexpr const char* kRows =
    "u2,Peru,m9,Drama,1999,4\n"
    "u1,Peru,m10,\"War, Crime\",2001,3\n"
    "u2,Peru,m10,\"War, Crime\",2001,2.5\n"
    "u2,Peru,m9,Drama,1999,1\n";
const Changes kAllTrain = {
    {"train = 0.8, validation = 0.1, test = 0.1", "train = 1, validation = 0, test = 0"}};

Dataset data_of(const std::string& rows, const Changes& changes = kAllTrain) {
  const TinyTable table(kHead + rows);
  return prepare_data(resolve_data(table.config(changes)), table.open()).data;
}

using Values = std::vector<AttributeValue>;

// The error message about the table, without its path.
std::string error_of(const std::string& rows, const Changes& changes = kAllTrain) {
  const TinyTable table(kHead + rows);
  const std::string message =
      message_of([&] { prepare_data(resolve_data(table.config(changes)), table.open()); });
  const std::string named = table.path() + ": ";
  return message.starts_with(named) ? message.substr(named.size()) : "without the table's name: " + message;
}

TEST(Dataset, NumbersDistinctQueriesCandidatesAndPairs) {
  const Dataset data = data_of(kRows);
  EXPECT_EQ(data.rows, 4u);
  EXPECT_EQ(data.queries.rows, 2u);
  EXPECT_EQ(data.candidates.rows, 2u);
  EXPECT_EQ(data.query_of_row, (Numbers{0, 1, 0, 0}));
  EXPECT_EQ(data.candidate_of_row, (Numbers{0, 1, 1, 0}));
  EXPECT_EQ(data.pair_of_row, (Numbers{0, 1, 2, 0}));
  EXPECT_EQ(data.pair_query, (Numbers{0, 1, 0}));
  EXPECT_EQ(data.pair_candidate, (Numbers{0, 1, 1}));
  EXPECT_EQ(data.labels, (std::vector<LabelColumn>{{"rating", {4, 3, 2.5, 1}}}));
  EXPECT_EQ(data.user_of_row, (Numbers{0, 1, 0, 0}));
  EXPECT_TRUE(data.weights.empty());
}

TEST(Dataset, KeepsTheCatalogueInOrderWithItsAttributes) {
  const Dataset data = data_of(kRows);
  EXPECT_EQ(data.items.id_column, "movie");
  EXPECT_EQ(data.items.ids, (Texts{"m10", "m9"}));  // sorted by bytes
  ASSERT_EQ(data.items.attributes.size(), 2u);
  EXPECT_EQ(data.items.attributes[0].kind, AttributeKind::list);  // from the feature of its column
  EXPECT_EQ(data.items.attributes[0].values, (Values{Texts{"War", "Crime"}, Texts{"Drama"}}));
  EXPECT_EQ(data.items.attributes[1].values, (Values{int64_t{2001}, int64_t{1999}}));
  EXPECT_EQ(data.item_of_candidate, (Numbers{1, 0}));
  EXPECT_EQ(data.candidate_of_item, (Numbers{1, 0}));
}

TEST(Dataset, OrdersWholeNumbersAsNumbers) {
  const Dataset data = data_of("u1,Peru,10,War,2001,3\nu1,Peru,9,War,2001,3\nu1,Peru,-1,War,2001,3\n");
  EXPECT_EQ(data.items.ids, (Texts{"-1", "9", "10"}));
}

TEST(Dataset, ACandidateWithOtherFeaturesIsAnotherRowOfTheSameItem) {
  const Dataset data = data_of("u1,Peru,m1,War,2001,3\nu1,Peru,m1,Drama,2001,3\n");
  EXPECT_EQ(data.candidates.rows, 2u);
  EXPECT_EQ(data.items.ids, (Texts{"m1"}));
  EXPECT_EQ(data.item_of_candidate, (Numbers{0, 0}));
  EXPECT_EQ(data.candidate_of_item, (Numbers{0}));
  EXPECT_EQ(data.items.attributes[0].values, (Values{Texts{"War"}}));
}

TEST(Dataset, RejectsLabelsThatAreNotFinite) {
  const auto message = [](const std::string& label) {
    return error_of(std::string(kRows) + "u1,Peru,m9,Drama,1999," + label + "\n");
  };
  EXPECT_EQ(message("NaN"),
            "row 5: label column 'rating': got 'NaN', need a finite number; if this means a missing value, "
            "set missing = [\"NaN\"] in [data] (--missing)");
  EXPECT_EQ(message("inf"), "row 5: label column 'rating': got 'inf', need a finite number");
  EXPECT_EQ(message("ten"), "row 5: label column 'rating': got 'ten', need a finite number");
}

TEST(Dataset, KeepsRowsWithoutALabelForRetrieval) {
  const Dataset data = data_of(std::string(kRows) + "u1,Peru,m11,Drama,1999,\n");
  EXPECT_EQ(data.unlabelled, (Numbers{4}));
  EXPECT_EQ(data.weights, (std::vector<float>{1, 1, 1, 1, 0}));
  EXPECT_EQ(data.retrieval_weights(), (std::vector<float>{1, 1, 1, 1, 1}));
  EXPECT_EQ(data.items.ids, (Texts{"m10", "m11", "m9"}));
}

TEST(Dataset, NamesTheRowOfAFeatureThatIsNoNumber) {
  const auto message = [](Changes changes) {
    changes.push_back({R"(country = { kind = "category", dim = 4 })", R"(country = { kind = "number" })"});
    return error_of("u1,1,m1,War,1,3\nu1,1,m1,War,1,3\nu1,2,m1,War,1,3\nu1,two,m1,War,1,3\n", changes);
  };
  EXPECT_EQ(message(kAllTrain), "row 4, column 'country': 'two' is not a number");
  EXPECT_EQ(message({{"train = 0.8, validation = 0.1, test = 0.1",
                      "by = \"order\", train = 2, validation = 0, test = 2"}}),
            "row 4, column 'country': 'two' is not a number");
}

TEST(Dataset, RejectsLabelsThatAreNoProbabilityWhereOneIsNeeded) {
  Changes changes = kAllTrain;
  changes.emplace_back("label  = \"rating\"", "label  = \"rating\"\nloss = \"binary_crossentropy\"");
  EXPECT_EQ(error_of(kRows, changes),
            "row 1: label column 'rating': got 4, but binary_crossentropy needs labels from 0 to 1");
}

TEST(Dataset, ReadsWeights) {
  Changes changes = kAllTrain;
  changes.emplace_back("user  = \"user\"", "weight = \"year\"");
  EXPECT_EQ(data_of(kRows, changes).weights, (std::vector<float>{1999, 2001, 2001, 1999}));
  EXPECT_EQ(error_of("u1,Peru,m1,War,,3\nu1,Peru,m1,War,1,3\n", changes),
            "row 1: weight column 'year': got nothing, need a finite number");
}

TEST(Dataset, RejectsNegativeWeights) {
  Changes changes = kAllTrain;
  changes.emplace_back("user  = \"user\"", "weight = \"year\"");
  EXPECT_EQ(error_of("u1,Peru,m1,War,1,3\nu1,Peru,m1,War,-2,3\n", changes),
            "row 2: weight column 'year': got -2, need 0 or more");
}

TEST(Dataset, AMissingUserIsNoUser) {
  const Dataset data =
      data_of(",Peru,m1,War,1,3\nu1,Peru,m1,War,1,3\n\"  \",Peru,m1,War,1,3\nu2,Peru,m1,War,1,3\n");
  const Numbers& users = data.user_of_row;
  EXPECT_EQ(users[0], unknown_index);
  EXPECT_EQ(users[2], unknown_index);
  EXPECT_NE(users[1], unknown_index);
  EXPECT_NE(users[1], users[3]);
}

TEST(Dataset, FitsTheScaleOfLabelsOnTheTrainingRows) {
  const std::string rows = "u1,Peru,m1,War,3,10\nu1,Peru,m1,War,1,30\nu1,Peru,m1,War,1,900\n";
  const auto scale = [&](Changes changes) {
    changes.emplace_back("train = 0.8, validation = 0.1, test = 0.1",
                         "by = \"order\", train = 2, validation = 0, test = 0");
    const TinyTable table("user,country,movie,genre,year,rating\n" + rows);
    return prepare_data(resolve_data(table.config(changes)), table.open()).label_scales["rating"];
  };
  EXPECT_EQ(scale({}), (LabelScale{20, 10}));
  EXPECT_EQ(scale({{"user  = \"user\"", "weight = \"year\""}}), (LabelScale{15, std::sqrt(75.0)}));
  EXPECT_EQ(scale({{"label  = \"rating\"", "label = \"rating\"\nstandardize_label = false"}}), LabelScale());
}

TEST(Dataset, CountsTheSharesOfItemsInTheTrainingRows) {
  EXPECT_TRUE(data_of(kRows).item_log_share.empty());
  Changes changes = kAllTrain;
  changes.push_back({"[retrieval]\n", "[retrieval]\nsampling_correction = true\n"});
  const std::string more = "u3,Peru,m9,Drama,1999,1\nu3,Peru,m9,Drama,1999,2\n";
  const std::vector<float> shares = data_of(kRows + more, changes).item_log_share;
  ASSERT_EQ(shares.size(), 2u);
  EXPECT_FLOAT_EQ(shares[0], std::log(2.0f / 6));  // m10
  EXPECT_FLOAT_EQ(shares[1], std::log(4.0f / 6));  // m9
}

TEST(Dataset, RejectsAMissingId) {
  EXPECT_EQ(error_of("u1,Peru,m1,War,2001,3\nu1,Peru,,War,2001,3\n"),
            "row 2: column 'movie' is missing, but it identifies the item");
}

TEST(Dataset, RejectsATableWithoutRows) { EXPECT_EQ(error_of(""), "has no rows"); }

TEST(Dataset, RejectsASplitThatLeavesNothingToTrainOn) {
  EXPECT_EQ(error_of(kRows, {{"train = 0.8,", "train = 0,"}}), "the split leaves no row to train on");
}

TEST(Dataset, FitsFeaturesOnTheTrainingRowsOrOnTheTable) {
  const Changes first_two = {
      {"train = 0.8, validation = 0.1, test = 0.1", "by = \"order\", train = 2, validation = 0, test = 2"}};
  Changes whole = first_two;
  whole.emplace_back("user  = \"user\"", "fit_features_on = \"table\"");
  const std::string rows = std::string(kRows) + "u1,Chile,m9,Drama,1999,1\n";
  using Unseen = std::vector<std::pair<std::string, uint64_t>>;
  EXPECT_EQ(data_of(rows, first_two).unseen, (Unseen{{"country", 1}}));
  EXPECT_EQ(data_of(rows, whole).unseen, Unseen());
}

TEST(Dataset, KnowsItsTableItsSplitAndWhatUsersHaveSeen) {
  const TinyTable table;
  const PreparedData prepared = prepare_data(resolve_data(table.config()), table.open());
  const Dataset& data = prepared.data;
  EXPECT_EQ(data.fingerprint.rows, 240u);
  EXPECT_EQ(data.fingerprint.columns.size(), 6u);
  EXPECT_EQ(data.fingerprint.train, 192u);
  for (uint32_t row : data.split.train) {
    const auto seen = data.seen.of(data.user_of_row[row]);
    EXPECT_TRUE(std::ranges::binary_search(seen, data.item_of_candidate[data.candidate_of_row[row]]));
    EXPECT_EQ(data.user_of_query[data.query_of_row[row]], data.user_of_row[row]);
  }
  const auto print = [](const TinyTable& of, const Changes& changes) {
    return prepare_data(resolve_data(of.config(changes)), of.open()).data.fingerprint;
  };
  EXPECT_EQ(print(table, {}), data.fingerprint);
  const TinyTable longer(tiny_ratings(241));
  EXPECT_EQ(table_difference(data.fingerprint, print(longer, {})), "the table had 240 rows, now it has 241");
  EXPECT_NE(split_difference(data.fingerprint, print(table, {{"test = 0.1", "test = 0.1, seed = 7"}})), "");
}

TEST(Dataset, KeepsWhoDidWhatByTheTimeOfTheSplit) {
  const Changes by_time = {{"train = 0.8, validation = 0.1, test = 0.1",
                            "by = \"time\", column = \"year\", train = 1.0, validation = 0, test = 0"}};
  const Dataset data = data_of(kRows, by_time);  // u2 has rows 0 and 3 in 1999 and row 2 in 2001
  const Events events = data.interactions.of(data.user_of_row[0]);
  EXPECT_EQ(Numbers(events.rows.begin(), events.rows.end()), (Numbers{0, 3, 2}));
  EXPECT_EQ(std::vector<float>(events.labels.begin(), events.labels.end()), (std::vector<float>{4, 1, 2.5}));
  EXPECT_EQ(events.items[2], data.item_of_candidate[data.candidate_of_row[2]]);
  EXPECT_EQ(data.interactions.before(data.user_of_row[0], 1).size(), 0u);
  EXPECT_EQ(data.interactions.before(data.user_of_row[0], 2).size(), 2u);
  EXPECT_FALSE(data_of(kRows).interactions.has_times());
}

TEST(Dataset, CountsAMissingUserAsNoUser) {
  const std::string rows = std::string(kHead) + kRows + ",Peru,m1,Drama,1999,1\n";
  const TinyTable table(rows);
  const Dataset data = prepare_data(resolve_data(table.config(kAllTrain)), table.open()).data;
  EXPECT_EQ(data.user_of_row.back(), unknown_index);
  EXPECT_EQ(data.users, (Texts{"u2", "u1"}));
}

TEST(ApplyFeatures, SplitsTheKnownTableAlone) {
  const TinyTable table, other(tiny_ratings(100));
  const Config config = table.config();
  const PreparedData prepared = prepare_data(resolve_data(config), table.open());
  KnownData known{prepared.data.items.ids, prepared.data.users, prepared.data.fingerprint, false};
  const Dataset again = apply_features(resolve_data(config), prepared.features, table.open(), true, &known);
  EXPECT_FALSE(again.other_table);
  EXPECT_EQ(again.split.test, prepared.data.split.test);
  EXPECT_EQ(again.user_of_row, prepared.data.user_of_row);
  EXPECT_EQ(again.query_keys, prepared.data.query_keys);
  EXPECT_TRUE(
      apply_features(resolve_data(config), prepared.features, other.open(), true, &known).split.test.empty());
  known.fingerprint.split = "other";
  EXPECT_EQ(message_of(
                [&] { apply_features(resolve_data(config), prepared.features, table.open(), true, &known); }),
            table.path() +
                ": this is the table that the model was trained on, but the split assigns rows differently "
                "to train, validation and test");
}

TEST(ApplyFeatures, DoesWithoutLabelsWhenNoneAreNeeded) {
  const TinyTable table(std::string(kHead) + kRows);
  const Config config = table.config(kAllTrain);
  const PreparedData prepared = prepare_data(resolve_data(config), table.open());
  const TinyTable other("user,country,movie,genre,year\nu1,Peru,m9,Drama,1999\n");
  const Dataset data = apply_features(resolve_data(config), prepared.features, other.open(), false);
  EXPECT_TRUE(data.labels.empty());
  EXPECT_TRUE(data.split.train.empty());
  EXPECT_EQ(data.items.ids, (Texts{"m9"}));
  EXPECT_EQ(message_of([&] { apply_features(resolve_data(config), prepared.features, other.open()); }),
            other.path() + ": has no column 'rating' (columns: user, country, movie, genre, year)");
}

}  // namespace
}  // namespace shortlist
