#include "shortlist/config/resolve.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "shortlist/testing/small_table.h"

namespace shortlist {
namespace {

using Texts = std::vector<std::string>;

const Changes kByYear = {
    {"train = 0.8,", "by = \"time\", column = \"year\", train = 0.8,"},
    {"year\"]", "year\"]\ndisplay = \"genre\""},
};

DataSpec data_of(const Changes& changes = {}) { return resolve_data(TinyTable().config(changes)); }
TrainSpec training_of(const Changes& changes = {}) { return resolve_training(TinyTable().config(changes)); }

const ColumnSpec& column(const DataSpec& spec, const std::string& name) {
  return *std::ranges::find(spec.columns, name, &ColumnSpec::name);
}

Texts names_of(const DataSpec& spec) {
  Texts names;
  for (const ColumnSpec& column : spec.columns) names.push_back(column.name);
  return names;
}

TEST(ResolveData, ReadsEachColumnOnce) {
  EXPECT_EQ(names_of(data_of()), (Texts{"user", "country", "movie", "genre", "year", "rating"}));
  EXPECT_EQ(names_of(data_of(kByYear)), (Texts{"user", "country", "movie", "genre", "year", "rating"}));
}

TEST(ResolveData, SaysWhatAColumnIsUsedFor) {
  const DataSpec spec = data_of();
  const ColumnSpec& user = column(spec, "user");
  EXPECT_TRUE(user.compared && user.query && !user.candidate);
  const ColumnSpec& year = column(spec, "year");  // an attribute
  EXPECT_TRUE(!year.compared && !year.query && year.candidate);
  const ColumnSpec& rating = column(spec, "rating");
  EXPECT_TRUE(!rating.query && !rating.candidate);
  EXPECT_EQ(rating.read, ReadAs::number);
  EXPECT_EQ(spec.id, "movie");
  EXPECT_TRUE(spec.query_has_user);
}

TEST(ResolveData, SaysWhatNeedsAColumn) {
  EXPECT_EQ(column(data_of(), "rating").needed_for, NeededFor::labels);
  EXPECT_EQ(column(data_of(kByYear), "year").needed_for, NeededFor::model);  // it is also an attribute
  const Changes split_alone = {{"train = 0.8,", "by = \"column\", column = \"part\", train = 0.8,"}};
  EXPECT_EQ(column(data_of(split_alone), "part").needed_for, NeededFor::split);
  // Weights decide how each row counts, even where labels are missing.
  EXPECT_EQ(column(data_of({{"user  = \"user\"", "weight = \"rating\""}}), "rating").needed_for,
            NeededFor::model);
}

TEST(ResolveData, ASplitByTimeReadsTimesAsTheFeatureOfTheColumn) {
  Changes changes = kByYear;
  changes.emplace_back("[features]\n", "[features]\nyear = { kind = \"time\", format = \"%Y\" }\n");
  changes.emplace_back("[\"user\", \"country\"]", "[\"user\", \"year\"]");
  EXPECT_EQ(data_of(changes).split.format, "%Y");
  changes.emplace_back("by = \"time\",", "by = \"time\", unit = \"seconds\",");
  EXPECT_EQ(data_of(changes).split.format, std::nullopt);
}

TEST(ResolveData, OnlyAModelThatRetrievesCanUseRowsWithoutALabel) {
  EXPECT_FALSE(data_of().needs_labels);
  EXPECT_TRUE(data_of({{"[retrieval]\nreduction = \"mean\"\ntop_k     = [1, 5]\n", ""}}).needs_labels);
}

TEST(ResolveTraining, AutoMonitorsTheServedListsOfUsers) {
  EXPECT_EQ(training_of().monitored_metric("auto", true), "unseen_ndcg@5");
  EXPECT_EQ(training_of().monitored_metric("auto", false), "loss");
  EXPECT_EQ(training_of().monitored_metric("rmse", false), "rmse");
  const Changes keeps_seen = {{"[training]\n", "[recommend]\nseen = \"keep\"\n\n[training]\n"}};
  EXPECT_EQ(training_of(keeps_seen).served_metric, "ndcg@5");
  EXPECT_EQ(training_of({{"[\"user\", \"country\"]", "[\"country\"]"}}).served_metric, "loss");
}

TEST(ResolveTraining, TowersOnlyRankIfAnotherKindRetrieves) {
  const Changes popularity = {{"[query]\n", "[model]\nkind = \"popularity\"\n\n[query]\n"},
                              {"reduction = \"mean\"\n", ""}};
  const TrainSpec spec = training_of(popularity);
  EXPECT_FALSE(spec.retrieval.has_value());
  EXPECT_EQ(spec.ranking.size(), 1u);
  EXPECT_EQ(spec.served_metric, "loss");
}

TEST(ResolveAnswers, KeepsWhatAnsweringReads) {
  Changes changes = kByYear;
  changes.emplace_back("kind = \"categories\", dim = 4", "kind = \"categories\", dim = 4, separator = \"|\"");
  const AnswerSpec spec = resolve_answers(TinyTable().config(changes));
  EXPECT_EQ(spec.kind, "two_tower");
  EXPECT_EQ(spec.query, (Texts{"user", "country"}));
  EXPECT_EQ(spec.display, "genre");
  EXPECT_EQ(spec.separators, (std::map<std::string, std::string>{{"genre", "|"}}));
  ASSERT_EQ(spec.labels.size(), 1u);
  EXPECT_EQ(spec.labels[0].name, "rating");
  EXPECT_EQ(spec.labels[0].prediction, Prediction::label);
}

}  // namespace
}  // namespace shortlist
