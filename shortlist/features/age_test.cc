#include "shortlist/features/age.h"

#include <gtest/gtest.h>

#include "shortlist/testing/features.h"

namespace shortlist {
namespace {

using testing::kNull;
using testing::text_column;
using Texts = std::vector<std::string_view>;

TEST(Age, CountsDaysAndTheRestOfTheDay) {
  const auto feature = testing::fit("age", text_column(Texts{"2000-01-03", "2000-01-02T12:00:00Z"}));
  EXPECT_EQ(feature->width(), 3);
  EXPECT_EQ(testing::numbers(*feature, text_column(Texts{"2000-01-03", "2000-01-02T12:00:00Z", kNull})),
            (std::vector<float>{2, 0, 1, 1, 0.5f, 1, 0, 0, 0}));
}

TEST(Age, KeepsTheFittedUnit) {
  const auto fitted = testing::fit("age", testing::integer_column({946'684'800'000 + 86'400'000}));
  const auto loaded = AgeSettings::load(fitted->to_json());
  EXPECT_EQ(testing::numbers(*loaded, testing::integer_column({946'684'800'000 + 2 * 86'400'000})),
            (std::vector<float>{2, 0, 1}));
}

}  // namespace
}  // namespace shortlist
