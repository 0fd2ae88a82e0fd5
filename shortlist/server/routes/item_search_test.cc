#include "shortlist/server/routes/item_search.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "shortlist/base/random.h"

namespace shortlist {
namespace {

using Texts = std::vector<std::string>;
using Items = std::vector<uint32_t>;

// The slow twin for texts and queries of lower-case letters and single spaces: ranks every text.
Items rank_all(const Texts& texts, const std::string& query) {
  std::map<int, Items> ranks;
  for (uint32_t item = 0; item < texts.size(); ++item) {
    const std::string& text = texts[item];
    bool contained = true;
    for (size_t begin = 0; begin < query.size();) {
      const size_t end = std::min(query.find(' ', begin), query.size());
      contained = contained && text.find(query.substr(begin, end - begin)) != text.npos;
      begin = end + 1;
    }
    if (!contained) continue;
    const int rank = text == query                         ? 0
                     : text.starts_with(query)             ? 1
                     : text.find(" " + query) != text.npos ? 2
                                                           : 3;
    ranks[rank].push_back(item);
  }
  Items all;
  for (const auto& [rank, items] : ranks) all.insert(all.end(), items.begin(), items.end());
  return all;
}

TEST(ItemSearch, OrdersByHowTheTextMatches) {
  const ItemSearch search({"The Nightwatch", "Watch me", "Fire watch", "WATCH!", "Nobody", "watchmaker"});
  EXPECT_EQ(search.find("watch", 10).items, (Items{3, 1, 5, 2, 0}));
  EXPECT_EQ(search.find("Watch, fire", 10).items, (Items{2}));
  EXPECT_EQ(search.find("y", 10).items, (Items{4}));
  EXPECT_TRUE(search.find("watches", 10).items.empty());
  const FoundItems two = search.find("watch", 2);
  EXPECT_EQ(two.items, (Items{3, 1}));
  EXPECT_FALSE(two.exact);
}

TEST(ItemSearch, FindsAllWithoutWords) {
  const ItemSearch search({"a", "b", "c"});
  const FoundItems found = search.find(" .", 2);
  EXPECT_EQ(found.items, (Items{0, 1}));
  EXPECT_EQ(found.total, 3u);
  EXPECT_TRUE(found.exact);
  EXPECT_EQ(search.find("", 9, {}, {0, 1, 1}).total, 2u);
  EXPECT_TRUE(ItemSearch({}).find("a", 9).items.empty());
}

TEST(ItemSearch, AgreesWithRankingEveryText) {
  const RandomStream draws(3, "texts");
  uint64_t next = 0;
  const auto draw = [&](uint64_t n) { return draws.below(next++, n); };
  const auto draw_text = [&](uint64_t words, uint64_t letters) {
    std::string text;
    for (uint64_t w = 1 + draw(words); w > 0; --w) {
      if (!text.empty()) text += ' ';
      for (uint64_t l = 1 + draw(letters); l > 0; --l) text += static_cast<char>('a' + draw(3));
    }
    return text;
  };
  Texts texts;
  for (int i = 0; i < 700; ++i) texts.push_back(draw_text(4, i % 7 == 0 ? 90 : 5));
  std::vector<uint8_t> allowed;
  for (size_t i = 0; i < texts.size(); ++i) allowed.push_back(draw(3) > 0);
  const ItemSearch search(texts);
  for (int i = 0; i < 600; ++i) {
    const std::string& chosen = texts[draw(texts.size())];
    const std::string query = i % 3 == 0 ? draw_text(2, 3) : i % 3 == 1 ? chosen : chosen.substr(0, 70);
    if (query.back() == ' ') continue;
    Items expected = rank_all(texts, query);
    EXPECT_EQ(search.find(query, texts.size() + 1).items, expected) << query;
    EXPECT_EQ(search.find(query, texts.size() + 1).total, expected.size());
    std::erase_if(expected, [&](uint32_t item) { return allowed[item] == 0; });
    if (expected.size() > 5) expected.resize(5);
    EXPECT_EQ(search.find(query, 5, {}, allowed).items, expected) << query;
  }
}

TEST(ItemSearch, ComparesFewOfManyTexts) {
  Texts texts;
  for (int i = 0; i < 100'000; ++i)
    texts.push_back(fmt::format("user {:06} of {}", i, i % 7 == 0 ? "rome" : "oslo"));
  const ItemSearch search(texts);
  for (const char* query : {"u", "user", "user 0", "user 099999", "0999", "99", "r", "rome", "ome", "4242",
                            "of oslo", "oslo user", "7 rome", "nobody", "qx", "user 123456"}) {
    const FoundItems found = search.find(query, 21);
    EXPECT_LE(found.compared, texts.size() / 10) << query;
    const Items all = rank_all(texts, query);
    EXPECT_EQ(found.items,
              Items(all.begin(), all.begin() + static_cast<int>(std::min<size_t>(21, all.size()))))
        << query;
  }
}

TEST(ItemSearch, TakesLongTextsOfEqualWords) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "la ";
  const ItemSearch search({text, "la la land", text + "land"});
  EXPECT_EQ(search.find("la la land", 9).items, (Items{1, 2}));
  EXPECT_EQ(search.find("la", 9).items, (Items{0, 1, 2}));
}

TEST(ItemSearch, StopsWhenNobodyWaits) {
  const std::atomic<bool> gone = true;
  const Deadline deadline(Deadline::Clock::time_point::max(), {&gone, nullptr});
  EXPECT_THROW(ItemSearch({"a"}).find("a", 1, deadline), DeadlinePassed);
}

}  // namespace
}  // namespace shortlist
