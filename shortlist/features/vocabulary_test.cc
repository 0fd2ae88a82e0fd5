#include "shortlist/features/vocabulary.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "shortlist/base/random.h"
#include "shortlist/testing/features.h"

namespace shortlist {
namespace {

TEST(StringIndex, AgreesWithAMap) {
  const RandomStream random(3, "strings");
  StringIndex index;
  std::map<std::string, int32_t> map;
  for (uint64_t i = 0; i < 20000; ++i) {
    const std::string text =
        std::to_string(random.below(i, 5000)) + std::string(random.below(i + 50000, 3), '\0');
    const int32_t expected = map.emplace(text, static_cast<int32_t>(map.size())).first->second;
    ASSERT_EQ(index.insert(text), expected);
  }
  ASSERT_EQ(index.size(), map.size());
  for (const auto& [text, number] : map) {
    EXPECT_EQ(index.find(text), number);
    EXPECT_EQ(index[static_cast<size_t>(number)], text);
  }
  EXPECT_EQ(index.find("5001"), -1);
}

TEST(StringIndex, FindsNothingWhenEmpty) { EXPECT_EQ(StringIndex().find(""), -1); }

TEST(Vocabulary, KeepsTokensThatAreNoUtf8InJson) {
  const Vocabulary vocabulary({"a", std::string_view("\0\xff", 2)}, 0, 1);
  const nlohmann::json json = vocabulary.to_json();
  EXPECT_EQ(json.dump(), "[\"a\",{\"hex\":\"00ff\"}]");
  EXPECT_EQ(Vocabulary::from_json(json, 0, 1).id(std::string_view("\0\xff", 2), nullptr), 2);
}

TEST(Vocabulary, RejectsTokensThatStandTwice) {
  EXPECT_EQ(testing::message_of([] {
              Vocabulary({"a", "b", "a"}, 0, 1);
            }),
            "vocabulary: 'a' is listed twice");
}

TEST(Vocabulary, TakesTheOovTokenOfTheTableAsUnseen) {
  TokenCounts counts;
  counts.add("[UNK]", 5);
  counts.add("a");
  EXPECT_EQ(counts.by_frequency(10, 1), (std::vector<std::string_view>{"a"}));
}

}  // namespace
}  // namespace shortlist
