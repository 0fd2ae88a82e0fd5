#include "shortlist/trials/unit_figures.h"

#include <gtest/gtest.h>

#include <cmath>

namespace shortlist {
namespace {

// User 0 has rows 0 and 1 of one query, user 2 has row 2.
RowResults three_rows() {
  RowResults results;
  results.rows = {0, 1, 2};
  results.units = {0, 0, 2};
  results.queries = {5, 5, 6};
  results.items = {1, 2, 3};
  results.places = {Rank{0, 0}, Rank{1, 0}, Rank{2, 0}};
  return results;
}

TEST(UnitFigures, AreThoseOfEachUsersList) {
  const auto figures = unit_figures(three_rows(), 10, false);
  const UnitFigure& ndcg = figures.at("ndcg@10");
  EXPECT_DOUBLE_EQ(ndcg.values.at(0), 1);
  EXPECT_DOUBLE_EQ(ndcg.values.at(2), 0.5);
  EXPECT_DOUBLE_EQ(figure_of(ndcg), 0.75);
}

TEST(UnitFigures, MayTakeEachRowAsAList) {
  RowResults results = three_rows();
  EXPECT_FALSE(has_several_lists(results));
  results.queries = {5, 7, 6};
  EXPECT_TRUE(has_several_lists(results));
  const auto figures = unit_figures(results, 10, true);
  EXPECT_DOUBLE_EQ(figures.at("ndcg@10").values.at(0), (1 + 1 / std::log2(3)) / 2);
  EXPECT_DOUBLE_EQ(figures.at("recall@10").values.at(0), 1);
}

TEST(UnitFigures, OfLabelsAreWeightedMeansOfUsers) {
  RowResults results;
  results.labels.push_back(
      {"stars", Prediction::label, {0, 1, 2}, {0, 0, 2}, {1, 2, 3}, {1, 4, 3}, {1, 1, 2}});
  const UnitFigure figure = unit_figures(results, 10, false).at("rmse stars");
  EXPECT_TRUE(figure.squared);
  EXPECT_DOUBLE_EQ(figure.values.at(0), 2);
  EXPECT_DOUBLE_EQ(figure.weights.at(2), 2);
  EXPECT_DOUBLE_EQ(figure_of(figure), 1);  // the root of 4 / 4
}

TEST(UnitFigures, AreAveragedOverSeedsWhereAllHaveThem) {
  const UnitFigure one{false, {{0, 1}, {2, 3}}, {}}, two{false, {{0, 2}}, {}};
  EXPECT_EQ(mean_of({&one, &two}).values, (std::map<uint32_t, double>{{0, 1.5}}));
}

}  // namespace
}  // namespace shortlist
