#include "shortlist/train/labels.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/testing/small_table.h"

namespace shortlist {
namespace {

using Rows = std::vector<uint32_t>;
using Floats = std::vector<float>;

CodedColumn column_of(ColumnType type) {
  CodedColumn column;
  column.name = "rating";
  column.values.type = type;
  return column;
}

// Rows with the values 4, missing, 2, blank and 4.
CodedColumn ratings() {
  CodedColumn column = column_of(ColumnType::text);
  column.values.rows = 4;
  column.values.texts = {"4", "", "2", " "};
  column.values.missing = {0, 1, 0, 0};
  column.first_row = {0, 1, 2, 3};
  column.codes = {0, 1, 2, 3, 0};
  return column;
}

TEST(Labels, FindsTheRowsWithoutOne) {
  Rows unlabelled;
  EXPECT_EQ(read_label({}, ratings(), &unlabelled), (Floats{4, 4, 2, 4, 4}));
  EXPECT_EQ(unlabelled, (Rows{1, 3}));
}

TEST(Labels, TakesNaNOfTypedNumbersForNoLabel) {
  CodedColumn column = column_of(ColumnType::number);
  column.values.rows = 2;
  column.values.numbers = {NAN, 0.5};
  column.first_row = {0, 1};
  column.codes = {0, 1};
  Rows unlabelled;
  EXPECT_EQ(read_label({}, column, &unlabelled), (Floats{0.5, 0.5}));
  EXPECT_EQ(unlabelled, (Rows{0}));
  column.values.numbers = {INFINITY, 0.5};
  EXPECT_EQ(message_of([&] { read_label({}, column, &unlabelled); }),
            "row 1: label column 'rating': got 'inf', need a finite number");
}

TEST(Labels, NeedsOneInEachRowUnlessRowsMayBeWithout) {
  EXPECT_EQ(message_of([] { read_label({}, ratings(), nullptr); }),
            "row 2: label column 'rating': got nothing, need a finite number");
}

Dataset five_rows() {
  Dataset data{.rows = 5};
  data.split.train = {0, 1, 2};
  return data;
}

Dataset with_missing(const std::vector<std::pair<std::string, Rows>>& labels) {
  Dataset data = five_rows();
  for (const auto& [name, missing] : labels)
    data.labels.push_back({.name = name, .values = Floats(5, 1), .missing = missing});
  return data;
}

TEST(Labels, RowsWithoutOneHaveNoWeightInTheRanking) {
  Dataset data = with_missing({{"rating", {1, 3}}});
  leave_out_unlabelled(data);
  EXPECT_EQ(data.weights_of(data.labels[0]), (Floats{1, 0, 1, 0, 1}));
  EXPECT_TRUE(data.retrieval_weights().empty());
  EXPECT_TRUE(data.is_positive(1));
  Dataset weighted = with_missing({{"rating", {1}}});
  weighted.weights = {1, 2, 3, 4, 5};
  leave_out_unlabelled(weighted);
  EXPECT_EQ(weighted.weights_of(weighted.labels[0]), (Floats{1, 0, 3, 4, 5}));
  EXPECT_EQ(weighted.retrieval_weights(), (Floats{1, 2, 3, 4, 5}));
}

TEST(Labels, ARowIsLeftOutOnlyOfTheTaskWhoseLabelItLacks) {
  Dataset data = with_missing({{"rating", {1}}, {"liked", {}}, {"seconds", {0, 4}}});
  leave_out_unlabelled(data);
  EXPECT_EQ(data.weights_of(data.labels[0]), (Floats{1, 0, 1, 1, 1}));
  EXPECT_TRUE(data.weights_of(data.labels[1]).empty());
  EXPECT_EQ(data.weights_of(data.labels[2]), (Floats{0, 1, 1, 1, 0}));
  EXPECT_TRUE(data.labels[0].is_missing(1));
  EXPECT_FALSE(data.labels[1].is_missing(1));
  EXPECT_FALSE(data.labels[2].is_missing(1));
}

TEST(Labels, AScaleIsThatOfTheRowsWithTheLabel) {
  DataSpec spec;
  for (const char* label : {"rating", "seconds"})
    spec.labels.push_back({.column = label, .loss = {}, .standardized = true});
  Dataset data = five_rows();
  data.labels = {{"rating", {1, 9, 3, 9, 9}, {1, 3, 4}}, {"seconds", {9, 100, 300, 9, 9}, {0, 3, 4}}};
  leave_out_unlabelled(data);
  const auto scales = fit_label_scales(spec, data);
  EXPECT_EQ(scales.at("rating"), (LabelScale{2, 1}));
  EXPECT_EQ(scales.at("seconds"), (LabelScale{200, 100}));
}

TEST(Labels, ATableWithAllOfThemHasNoOtherWeights) {
  Dataset data = with_missing({{"rating", {}}});
  leave_out_unlabelled(data);
  EXPECT_TRUE(data.weights_of(data.labels[0]).empty());
  EXPECT_TRUE(data.retrieval_weights().empty());
}

TEST(Labels, SomeTrainingRowNeedsEach) {
  Dataset data = with_missing({{"rating", {0}}, {"liked", {0, 1, 2}}});
  EXPECT_EQ(message_of([&] { leave_out_unlabelled(data); }),
            "label column 'liked': no training row has a value");
}

TEST(Labels, DescribesTheRowsWithoutEach) {
  using Texts = std::vector<std::string>;
  const DataSpec spec;
  EXPECT_EQ(describe_unlabelled(spec, with_missing({{"rating", {}}})), Texts());
  EXPECT_EQ(describe_unlabelled(spec, with_missing({{"rating", {1}}})),
            Texts{"1 of 5 rows has no 'rating': it is used only for retrieval"});
  EXPECT_EQ(describe_unlabelled(spec, with_missing({{"rating", {1}}, {"liked", {0, 3}}})),
            (Texts{"1 of 5 rows has no 'rating': the ranking by it leaves it out",
                   "2 of 5 rows have no 'liked': the ranking by it leaves them out"}));
}

}  // namespace
}  // namespace shortlist
