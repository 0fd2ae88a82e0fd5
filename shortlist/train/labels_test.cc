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

TEST(Labels, RowsWithoutOneHaveNoWeightInTheRanking) {
  Dataset data = five_rows();
  leave_out_unlabelled({3, 1, 3}, data);
  EXPECT_EQ(data.unlabelled, (Rows{1, 3}));
  EXPECT_EQ(data.weights, (Floats{1, 0, 1, 0, 1}));
  EXPECT_EQ(data.retrieval_weights(), (Floats{1, 1, 1, 1, 1}));
  EXPECT_TRUE(data.is_positive(1));
  Dataset weighted = five_rows();
  weighted.weights = {1, 2, 3, 4, 5};
  leave_out_unlabelled({1}, weighted);
  EXPECT_EQ(weighted.weights, (Floats{1, 0, 3, 4, 5}));
  EXPECT_EQ(weighted.retrieval_weights(), (Floats{1, 2, 3, 4, 5}));
}

TEST(Labels, ATableWithAllOfThemHasNoOtherWeights) {
  Dataset data = five_rows();
  leave_out_unlabelled({}, data);
  EXPECT_TRUE(data.weights.empty());
  EXPECT_TRUE(data.retrieval_weights().empty());
}

TEST(Labels, SomeTrainingRowNeedsOne) {
  Dataset data = five_rows();
  EXPECT_EQ(message_of([&] { leave_out_unlabelled({0, 1, 2}, data); }), "no training row has a label");
}

TEST(Labels, DescribesTheRowsWithoutOne) {
  DataSpec spec;
  spec.labels = {{.column = "rating", .loss = {}}, {.column = "liked", .loss = {}}};
  Dataset data = five_rows();
  EXPECT_EQ(describe_unlabelled(spec, data), "");
  leave_out_unlabelled({1}, data);
  EXPECT_EQ(describe_unlabelled(spec, data),
            "1 of 5 rows has no 'rating' or no 'liked': it is used only for retrieval");
}

}  // namespace
}  // namespace shortlist
