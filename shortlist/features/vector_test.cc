#include "shortlist/features/vector.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/testing/features.h"

namespace shortlist {
namespace {

using testing::fit;
using testing::kNull;
using testing::list_column;
using testing::message_of;
using testing::number_column;
using testing::numbers;
using testing::text_column;
using Floats = std::vector<float>;
using Texts = std::vector<std::string_view>;

TEST(Vector, FindsItsWidthInTheFit) {
  const Column lists = list_column(number_column({1, 2, 3, 4}), {0, 2, 2, 4});
  const auto feature = fit("vector", lists);
  EXPECT_EQ(feature->width(), 2);
  EXPECT_EQ(numbers(*feature, lists), (Floats{1, 2, 0, 0, 3, 4}));
}

TEST(Vector, ReadsTextAndNormalisesLengths) {
  const auto feature = fit("vector", text_column(Texts{"[3, 4]"}), {{"l2_normalize", true}});
  EXPECT_EQ(numbers(*feature, text_column(Texts{"3;4", "0 0", kNull})), (Floats{0.6f, 0.8f, 0, 0, 0, 0}));
}

TEST(Vector, TreatsNaNAsAMissingVector) {
  const Column lists = list_column(number_column({1, NAN}), {0, 2});
  EXPECT_EQ(numbers(*fit("vector", lists, {{"width", 2}}), lists), (Floats{0, 0}));
  const auto strict = fit("vector", lists, {{"width", 2}, {"missing", "error"}});
  EXPECT_EQ(message_of([&] { numbers(*strict, lists); }), "row 1: the value is missing");
}

TEST(Vector, RejectsOtherWidths) {
  EXPECT_EQ(message_of([] {
              fit("vector", list_column(number_column({1, 2, 3}), {0, 2, 3}));
            }),
            "row 2: the vector has 1 numbers, need 2");
  EXPECT_EQ(message_of([] { fit("vector", text_column(Texts{kNull})); }),
            "every vector is missing, so its width is unknown: set width");
  EXPECT_EQ(message_of([] { fit("vector", text_column(Texts{"1 two"})); }), "row 1: 'two' is not a number");
}

}  // namespace
}  // namespace shortlist
