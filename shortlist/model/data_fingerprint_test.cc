#include "shortlist/model/data_fingerprint.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace shortlist {
namespace {

CodedColumn texts(std::vector<std::string_view> distinct, std::vector<uint32_t> codes) {
  CodedColumn column;
  column.values.texts = std::move(distinct);
  column.values.rows = column.values.texts.size();
  column.first_row.resize(column.values.rows);
  column.codes = std::move(codes);
  return column;
}

TEST(DataFingerprint, TellsColumnsOfOtherValuesApart) {
  const std::string print = column_fingerprint(texts({"a", "b"}, {0, 1, 0}));
  EXPECT_EQ(print.size(), 64u);
  EXPECT_EQ(column_fingerprint(texts({"a", "b"}, {0, 1, 0})), print);
  EXPECT_NE(column_fingerprint(texts({"a", "b"}, {0, 1, 1})), print);
  EXPECT_NE(column_fingerprint(texts({"a", "c"}, {0, 1, 0})), print);
  EXPECT_NE(column_fingerprint(texts({"ab", ""}, {0, 1, 0})), print);
}

TEST(DataFingerprint, TellsAMissingValueFromAnEmptyText) {
  CodedColumn missing = texts({"a", ""}, {0, 1});
  missing.values.missing = {0, 1};
  EXPECT_NE(column_fingerprint(missing), column_fingerprint(texts({"a", ""}, {0, 1})));
}

TEST(DataFingerprint, IsTheSameForNumbersOfAnotherType) {
  CodedColumn integers = texts({}, {0, 1}), numbers = texts({}, {0, 1});
  integers.values = {.type = ColumnType::integer, .rows = 2, .integers = {12, -3}};
  numbers.values = {.type = ColumnType::number, .rows = 2, .numbers = {12, -3}};
  integers.first_row.resize(2);
  numbers.first_row.resize(2);
  EXPECT_EQ(column_fingerprint(integers), column_fingerprint(numbers));
  EXPECT_EQ(column_fingerprint(integers), column_fingerprint(texts({"12", "-3"}, {0, 1})));
}

TEST(DataFingerprint, SaysWhatDiffers) {
  const DataFingerprint then{3, {{"user", "1"}, {"item", "2"}}, 2, 1, 0, "s", "f"};
  DataFingerprint now = then;
  EXPECT_EQ(table_difference(then, now) + split_difference(then, now) + features_difference(then, now), "");
  now.columns = {{"item", "3"}, {"year", "4"}};
  EXPECT_EQ(table_difference(then, now), "column 'item' has distinct values");
  now.rows = 5;
  EXPECT_EQ(table_difference(then, now), "the table had 3 rows, now it has 5");
  now.split = "t";
  EXPECT_EQ(split_difference(then, now), "the split assigns rows differently to train, validation and test");
  now.test = 2;
  EXPECT_EQ(
      split_difference(then, now),
      "the split had 2 train, 1 validation and 0 test rows, now it has 2 train, 1 validation and 2 test "
      "rows");
  now.features = "g";
  EXPECT_EQ(features_difference(then, now),
            "the fitted features (vocabularies, edges or means) are different");
}

TEST(DataFingerprint, ReadsBackFromJson) {
  const DataFingerprint fingerprint{3, {{"user", "1"}, {"item", "2"}}, 2, 1, 0, "s", "f"};
  EXPECT_EQ(fingerprint_from_json(to_json(fingerprint)), fingerprint);
}

}  // namespace
}  // namespace shortlist
