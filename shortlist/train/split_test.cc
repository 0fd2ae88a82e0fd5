#include "shortlist/train/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "shortlist/io/npy.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

using Rows = std::vector<uint32_t>;

SplitConfig by(SplitBy way, double train, double validation, double test) {
  SplitConfig config;
  config.by = way;
  config.train = train, config.validation = validation, config.test = test;
  return config;
}

Split split_of(const SplitConfig& config, size_t rows, const CodedColumn* column = nullptr) {
  return make_split(config, rows, {.column = column});
}

// Each row has its own value.
CodedColumn column_of(const std::vector<std::string_view>& texts) {
  CodedColumn column;
  column.name = "part";
  column.values.texts = texts;
  column.values.rows = texts.size();
  for (size_t r = 0; r < texts.size(); ++r) {
    column.first_row.push_back(r);
    column.codes.push_back(static_cast<uint32_t>(r));
  }
  return column;
}
CodedColumn times_of(const std::vector<double>& times) {
  CodedColumn column = column_of(std::vector<std::string_view>(times.size()));
  column.values.type = ColumnType::time;
  column.values.numbers = times;
  return column;
}

TEST(Split, ByOrderTakesCountsFromTheFront) {
  const Split split = split_of(by(SplitBy::order, 3, 2, 2), 8);
  EXPECT_EQ(split.train, (Rows{0, 1, 2}));
  EXPECT_EQ(split.validation, (Rows{3, 4}));
  EXPECT_EQ(split.test, (Rows{5, 6}));
}

TEST(Split, SharesAreOfTheRowsAndRoundDown) {
  const Split split = split_of(by(SplitBy::order, 0.8, 0.1, 0.1), 25);
  EXPECT_EQ(split.train.size(), 20u);
  EXPECT_EQ(split.validation.size(), 2u);
  EXPECT_EQ(split.test.size(), 2u);
  EXPECT_EQ(split_of(by(SplitBy::order, 0.7, 0.2, 0.1), 10).train.size(),
            7u);  // 0.7 * 10 is below 7 in binary
  EXPECT_EQ(split_of(by(SplitBy::order, 1, 0, 0), 9).train.size(), 9u);
}

TEST(Split, ByRandomUsesEachRowOnceAndDependsOnTheSeed) {
  SplitConfig config = by(SplitBy::random, 0.8, 0.1, 0.1);
  const Split split = split_of(config, 100);
  EXPECT_EQ(split.train.size(), 80u);
  Rows all = split.rows("all"), expected(100);
  EXPECT_FALSE(std::ranges::is_sorted(all));
  std::ranges::sort(all);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(all, expected);
  EXPECT_EQ(split_of(config, 100).train, split.train);
  config.seed = 43;
  EXPECT_NE(split_of(config, 100).train, split.train);
}

TEST(Split, ByTimeTrainsOnThePastAndKeepsTheOrderOfEqualTimes) {
  const CodedColumn times = times_of({5, 1, 3, 1, 9});
  const Split split = split_of(by(SplitBy::time, 0.6, 0.2, 0.2), 5, &times);
  EXPECT_EQ(split.train, (Rows{1, 3, 2}));
  EXPECT_EQ(split.validation, (Rows{0}));
  EXPECT_EQ(split.test, (Rows{4}));
}

TEST(Split, ByTimeReadsTimesAsATimeFeatureDoes) {
  const CodedColumn dates = column_of({"03-02-2021", "31-01-2021", "2021-02-01T10:00"});
  EXPECT_EQ(split_of(by(SplitBy::time, 1, 0, 0), 3, &dates).train, (Rows{1, 2, 0}));
  SplitConfig declared = by(SplitBy::time, 1, 0, 0);
  declared.format = "%m-%d-%Y";
  const CodedColumn unclear = column_of({"03-02-2021", "02-03-2021"});
  EXPECT_EQ(split_of(declared, 2, &unclear).train, (Rows{1, 0}));
  EXPECT_NE(message_of([&] {
              split_of(by(SplitBy::time, 1, 1, 0), 2, &unclear);
            }).find("declare which comes first"),
            std::string::npos);
}

TEST(Split, ByTimeNamesTheRowOfAMixture) {
  CodedColumn times = times_of({1702023200000, 1700579600});
  times.values.type = ColumnType::number;
  EXPECT_EQ(message_of([&] { split_of(by(SplitBy::time, 1, 1, 0), 2, &times); }),
            "row 2, column 'part': 1700579600 looks like seconds, but the column's times are milliseconds: "
            "convert all of them to one unit in data.sql");
}

TEST(Split, ByTimeNeedsATimeInEachRow) {
  CodedColumn times = times_of({5, 1, 3});
  times.values.missing = {0, 1, 0};
  EXPECT_EQ(message_of([&] { split_of(by(SplitBy::time, 1, 1, 1), 3, &times); }),
            "row 2: column 'part' is missing, but its time is needed");
  const CodedColumn texts = column_of({"yesterday"});
  EXPECT_EQ(
      message_of([&] { split_of(by(SplitBy::time, 1, 0, 0), 1, &texts); }),
      "row 1, column 'part': 'yesterday' is not a time (need seconds since 1970, 2024-05-01T12:30:00, or a "
      "declared format such as format = \"%d-%m-%Y %H:%M\" in the config, or --date-format with the table)");
}

TEST(Split, ByColumnGoesWhereTheColumnSays) {
  const CodedColumn parts = column_of({"test", "train", "validation", "train"});
  const Split split = split_of(by(SplitBy::column, 0.8, 0.1, 0.1), 4, &parts);
  EXPECT_EQ(split.train, (Rows{1, 3}));
  EXPECT_EQ(split.validation, (Rows{2}));
  EXPECT_EQ(split.test, (Rows{0}));
}

TEST(Split, ByColumnRejectsOtherParts) {
  const CodedColumn parts = column_of({"train", "valid"});
  EXPECT_EQ(message_of([&] { split_of(by(SplitBy::column, 1, 0, 0), 2, &parts); }),
            "row 2: column 'part': got 'valid', need train, validation, test or nothing");
}

TEST(Split, ByColumnLeavesOutRowsWithoutAPartAndPartsOfSizeZero) {
  CodedColumn parts = column_of({"test", "", "validation", "train", " ", "train"});
  parts.values.missing = {0, 1, 0, 0, 0, 0};
  const Split split = split_of(by(SplitBy::column, 0.8, 0, 0.1), 6, &parts);
  EXPECT_EQ(split.train, (Rows{3, 5}));
  EXPECT_EQ(split.validation, (Rows{}));
  EXPECT_EQ(split.test, (Rows{0}));
}

TEST(Split, RejectsMoreRowsThanHaveNumbers) {
  EXPECT_EQ(message_of([] { split_of(by(SplitBy::order, 1, 0, 0), size_t{1} << 32); }),
            "the table has at least 4294967296 rows, need at most 4294967294; filter it or take a sample");
}

TEST(Split, ByTimeRejectsTimesThatAreNotFinite) {
  const CodedColumn times = times_of({1, NAN, 3});
  EXPECT_EQ(message_of([&] { split_of(by(SplitBy::time, 1, 0, 0), 3, &times); }),
            "row 2: column 'part' is missing, but its time is needed");
}

TEST(Split, ByRowsFollowsTheFile) {
  const TemporaryFolder folder;
  SplitConfig config = by(SplitBy::rows, 2, 0.25, 0.25);
  config.rows = folder / "rows.npy";
  write_npy(config.rows, std::vector<int64_t>{4, 0, 3, 1});
  const Split split = split_of(config, 5);
  EXPECT_EQ(split.train, (Rows{4, 0}));
  EXPECT_EQ(split.validation, (Rows{3}));
  EXPECT_EQ(split.test, (Rows{1}));
}

TEST(Split, ByRowsRejectsRowsThatAreNotThereOrStandTwice) {
  const TemporaryFolder folder;
  SplitConfig config = by(SplitBy::rows, 1, 0, 0);
  config.rows = folder / "rows.npy";
  const auto message = [&](const std::vector<int64_t>& rows) {
    write_npy(config.rows, rows);
    return message_of([&] { split_of(config, 5); });
  };
  EXPECT_EQ(message({0, 5}), config.rows + ": row 5 of a table of 5 rows");
  EXPECT_EQ(message({-1}), config.rows + ": row -1 of a table of 5 rows");
  EXPECT_EQ(message({2, 3, 2}), config.rows + ": row 2 is listed twice");
}

TEST(Split, RejectsPartsThatAreLargerThanTheTable) {
  EXPECT_EQ(message_of([] { split_of(by(SplitBy::random, 80, 15, 6), 100); }),
            "split: train 80 + validation 15 + test 6 need 101 rows, but there are 100");
  EXPECT_EQ(message_of([] { split_of(by(SplitBy::order, 0.9, 0.2, 0), 10); }),
            "split: train 9 + validation 2 + test 0 need 11 rows, but there are 10");
  EXPECT_EQ(message_of([] { split_of(by(SplitBy::order, -1, 0, 0), 10); }),
            "split.train: got -1, need a count or a share");
}

TEST(Split, NamesItsParts) {
  const Split split = split_of(by(SplitBy::order, 2, 0.25, 0.25), 4);
  EXPECT_EQ(split.rows("train"), split.train);
  EXPECT_EQ(split.rows("validation"), split.validation);
  EXPECT_EQ(split.rows("test"), split.test);
  EXPECT_EQ(split.rows("all"), (Rows{0, 1, 2, 3}));
  EXPECT_EQ(message_of([&] { split.rows("valid"); }),
            "split: got 'valid', need train, validation, test or all");
}

}  // namespace
}  // namespace shortlist
