#include "shortlist/features/hashed.h"

#include <gtest/gtest.h>

#include "shortlist/features/feature_map.h"
#include "shortlist/features/fingerprint.h"
#include "shortlist/testing/features.h"

namespace shortlist {
namespace {

using testing::bags;
using testing::Bags;
using testing::kNull;
using testing::text_column;
using Texts = std::vector<std::string_view>;

TEST(Hashed, PutsEveryValueInABucketWithoutAVocabulary) {
  const auto feature = testing::fit("hashed", text_column(Texts{}), {{"buckets", 7}});
  EXPECT_EQ(feature->id_count(), 7);
  const auto id = static_cast<int32_t>(fingerprint64("42") % 7);
  EXPECT_EQ(bags(*feature, testing::integer_column({42})), (Bags{{id}}));
  EXPECT_EQ(bags(*feature, text_column(Texts{"42"})), (Bags{{id}}));
}

TEST(Hashed, TreatsMissingValuesAsDeclared) {
  const Column column = text_column(Texts{kNull});
  EXPECT_EQ(bags(*testing::fit("hashed", column, {{"buckets", 7}}), column), (Bags{{}}));
  const auto with_token = testing::fit("hashed", column, {{"buckets", 7}, {"missing", "token"}});
  EXPECT_EQ(bags(*with_token, column), (Bags{{7}}));
  EXPECT_EQ(with_token->token(7), "[missing]");
}

TEST(Hashed, SipHashAgreesWithThePublishedVector) {
  // Aumasson & Bernstein 2012, appendix A: key 00..0f, input 00..0e.
  std::string input;
  for (char c = 0; c < 15; ++c) input += c;
  EXPECT_EQ(siphash64(input, 0x0706050403020100u, 0x0f0e0d0c0b0a0908u), 0xa129ca6149be45e5u);
}

TEST(Hashed, RejectsNoBuckets) {
  EXPECT_EQ(testing::message_of([] {
              testing::config("hashed", {{"buckets", 0}});
            }),
            "a.toml:7: features.x.buckets: got 0, need 1 to 1000000000");
}

TEST(Hashed, MayHaveSeveralHashesWhichFeaturesOfOneTableMayChooseApart) {
  const auto feature =
      testing::fit("hashed", text_column(Texts{}), {{"buckets", 1000}, {"salt", 3}, {"hashes", 2}});
  const auto id = [](uint64_t number) { return static_cast<int32_t>(siphash64("a", 3, number) % 1000); };
  EXPECT_EQ(bags(*feature, text_column(Texts{"a", kNull})), (Bags{{id(0), id(1)}, {}}));
  const std::vector<FeatureConfig> configs = {
      testing::config("hashed", {{"buckets", 9}, {"salt", 0}, {"hashes", 2}, {"table", "one"}}, "x"),
      testing::config("hashed", {{"buckets", 9}, {"salt", 1}, {"hashes", 3}, {"table", "one"}}, "y")};
  EXPECT_EQ(FeatureMapFit(configs).finish()[1].feature->to_json().at("settings").at("salt"), 1);
  const std::vector<FeatureConfig> others = {
      testing::config("hashed", {{"buckets", 9}, {"table", "one"}}, "x"),
      testing::config("hashed", {{"buckets", 8}, {"table", "one"}}, "y")};
  EXPECT_EQ(testing::message_of([&] { FeatureMapFit(others).finish(); }),
            "features 'x' and 'y' share the table 'one', but one has 9 ids and the other 8");
}

}  // namespace
}  // namespace shortlist
