#include "shortlist/server/routes/request_body.h"

#include <gtest/gtest.h>

#include "shortlist/io/json.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

using Texts = std::vector<std::string_view>;

Texts texts_of(RecordColumns& columns, const std::vector<std::string>& records) {
  for (size_t i = 0; i < records.size(); ++i)
    columns.add(parse_json_value(records[i], "test"), "queries." + std::to_string(i));
  return columns.columns().at(0).texts;
}

FormField field(InputKind input, bool takes_lists) {
  return {.column = "g", .input = input, .takes_lists = takes_lists, .separator = "|"};
}

TEST(RecordColumns, TakeListsAndTextsInOneBatch) {
  const std::vector<FormField> form = {field(InputKind::several, true)};
  RecordColumns columns(form);
  EXPECT_EQ(texts_of(columns, {R"({"g": ["Drama"]})", R"({"g": "Drama|War"})", R"({"g": null})",
                               R"({"g": ["a, b", 7, "\""]})"}),
            (Texts{R"(["Drama"])", "Drama|War", "", R"(["a, b","7","\""])"}));
  EXPECT_EQ(columns.columns()[0].missing, (std::vector<uint8_t>{0, 0, 1, 0}));
}

TEST(RecordColumns, JoinListsForFeaturesThatTakeTexts) {
  const std::vector<FormField> several = {field(InputKind::several, false)},
                               words = {field(InputKind::words, false)},
                               vector = {field(InputKind::vector, true)},
                               one = {field(InputKind::one, false)};
  RecordColumns a(several), b(words), c(vector), d(one);
  EXPECT_EQ(texts_of(a, {R"({"g": ["x", "y"]})"}), (Texts{"x|y"}));
  EXPECT_EQ(texts_of(b, {R"({"g": ["x", "y"]})"}), (Texts{"x, y"}));
  EXPECT_EQ(texts_of(c, {R"({"g": [1, 2.5]})"}), (Texts{"1, 2.5"}));
  EXPECT_EQ(texts_of(d, {R"({"g": ["x"]})"}), (Texts{"x"}));
  EXPECT_EQ(message_of([&] { texts_of(d, {R"({"g": ["x", "y"]})"}); }),
            "queries.0.g: got 2 values, need one");
}

}  // namespace
}  // namespace shortlist
