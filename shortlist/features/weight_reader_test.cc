#include "shortlist/features/weight_reader.h"

#include <gtest/gtest.h>

#include "shortlist/features/cell.h"
#include "shortlist/testing/features.h"

namespace shortlist {
namespace {

using testing::kNull;
using testing::message_of;
using testing::text_column;
using Texts = std::vector<std::string_view>;

struct Weighted {
  explicit Weighted(nlohmann::json settings = nlohmann::json::object()) {
    settings["weights"] = "counts";
    feature = testing::fit("categories", text_column(Texts{"a,b,c"}), settings);
  }
  EncodedColumn encode(const Column& values, const Column& weights) const {
    const std::vector<const Column*> columns = {&values, &weights};
    EncodedColumn out;
    feature->encode_rows(columns, out);
    return out;
  }
  std::unique_ptr<const Feature> feature;
};

TEST(WeightReader, GivesEachIdItsWeight) {
  const Weighted weighted;
  const EncodedColumn out =
      weighted.encode(text_column(Texts{"a, b", "c", ""}), text_column(Texts{"2, 0.5", "[3]", ""}));
  EXPECT_EQ(out.ids, (std::vector<int32_t>{1, 2, 3}));
  EXPECT_EQ(out.weights, (std::vector<float>{2, 0.5f, 3}));
  EXPECT_EQ(std::vector(out.weights_of(1).begin(), out.weights_of(1).end()), (std::vector<float>{3}));
  EXPECT_TRUE(out.weights_of(2).empty());
}

TEST(WeightReader, ReadsListsOfNumbers) {
  const Weighted weighted;
  const Column lists = testing::list_column(testing::number_column({1, 2, 4}), {0, 2, 3});
  EXPECT_EQ(weighted.encode(text_column(Texts{"a,b", "c"}), lists).weights, (std::vector<float>{1, 2, 4}));
}

TEST(WeightReader, LeavesOutTheWeightOfAValueWithoutAnId) {
  const Weighted weighted(nlohmann::json{{"oov_buckets", 0}});
  const EncodedColumn out = weighted.encode(text_column(Texts{"a,new,c"}), text_column(Texts{"1,2,4"}));
  EXPECT_EQ(out.ids, (std::vector<int32_t>{0, 2}));
  EXPECT_EQ(out.weights, (std::vector<float>{1, 4}));
}

TEST(WeightReader, CountsValuesAlikeIfTheWeightsOrTheValuesAreMissing) {
  const Weighted weighted(nlohmann::json{{"missing", "token"}});
  const EncodedColumn out = weighted.encode(text_column(Texts{"a,b", kNull}), text_column(Texts{kNull, "7"}));
  EXPECT_EQ(out.ids, (std::vector<int32_t>{1, 2, 4}));
  EXPECT_EQ(out.weights, (std::vector<float>{1, 1, 1}));
}

TEST(WeightReader, RejectsOtherNumbersOfWeightsAndWhatIsNoNumber) {
  const Weighted weighted;
  const Column values = text_column(Texts{"c", "a,b"});
  EXPECT_EQ(message_of([&] {
              weighted.encode(values, text_column(Texts{"1", "1,2,3"}));
            }),
            "row 2, column 'counts': got 3 weights for 2 values, need one for each");
  EXPECT_EQ(message_of([&] {
              weighted.encode(values, text_column(Texts{"1", "1,x"}));
            }),
            "row 2, column 'counts': 'x' is not a number");
  EXPECT_EQ(message_of([&] {
              weighted.encode(values, text_column(Texts{"1", "1,nan"}));
            }),
            "row 2, column 'counts': a weight is missing or infinite; need a number for each value");
}

}  // namespace
}  // namespace shortlist
