// Tests which items lists leave out, and that pages of any size come from the same list.
#include <gtest/gtest.h>

#include <algorithm>

#include "shortlist/bundle/bundle.h"
#include "shortlist/jobs/training.h"
#include "shortlist/recommend/left_out.h"
#include "shortlist/recommend/recommender.h"
#include "shortlist/testing/small_table.h"

namespace shortlist {
namespace {

// A model of the small table with a [recommend] section.
Recommender trained_with(const std::string& recommend) {
  const TinyTable table;
  TrainingCallback nobody;
  const std::atomic<bool> stop = false;
  const std::string out = table.folder() / "bundle";
  const Config config = table.config({{"[training]", "[recommend]\n" + recommend + "\n\n[training]"}});
  train(config, {.out = out, .threads = 1}, nobody, stop);
  return Recommender::load(out);
}

const Record kQuery = {{"user", "u03"}, {"country", "Norway"}};
std::vector<Column> columns_of(const Record& query) {
  std::vector<Column> columns;
  for (const auto& [name, value] : query) columns.push_back({.rows = 1, .texts = {value}});
  return columns;
}

std::vector<uint32_t> items_of(const std::vector<Recommendation>& answer) {
  std::vector<uint32_t> items;
  for (const Recommendation& recommendation : answer) items.push_back(recommendation.item);
  return items;
}

std::vector<uint32_t> without(std::vector<uint32_t> items, std::span<const uint32_t> left_out) {
  std::erase_if(items, [&](uint32_t item) { return std::ranges::binary_search(left_out, item); });
  return items;
}

TEST(RecommendedList, LeavesOutWhatTheUserHasSeenAndWhatAQueryExcludes) {
  const Recommender recommender = trained_with("seen = \"keep\"\norder = \"predicted\"");
  const SeenItems seen = seen_items(recommender.bundle().ratings);
  const std::vector<Column> columns = columns_of(kQuery);
  const auto of_user = seen.of(KnownUsers(recommender.bundle()).number(columns, 0));
  ASSERT_FALSE(of_user.empty());
  RecommendOptions options{.k = 30};
  const std::vector<uint32_t> all = items_of(recommender.recommend(columns, options)[0]);
  options.seen = SeenPolicy::drop;
  EXPECT_EQ(items_of(recommender.recommend(columns, options)[0]), without(all, of_user));
  const std::string excluded = recommender.item_id(all.back());
  options.exclude_each = {{excluded, "no such"}};
  std::vector<uint32_t> both(of_user.begin(), of_user.end());
  both.push_back(all.back());
  std::ranges::sort(both);
  EXPECT_EQ(items_of(recommender.recommend(columns, options)[0]), without(all, both));
  options.exclude_each.push_back({});
  EXPECT_EQ(message_of([&] { recommender.recommend(columns, options); }),
            "exclude_each has 2 lists for 1 queries");
}

TEST(RecommendedList, HasOneListWhateverKAndOffset) {
  const Recommender recommender = trained_with("order = \"blend\"\nblend = 0.3\ncandidates = 7");
  const std::vector<uint32_t> longest = items_of(recommender.recommend(kQuery, {.k = 30}));
  ASSERT_GT(longest.size(), 10u);
  for (int offset : {0, 1, 6, 7, 9}) {
    for (int k : {1, 6, 7, 8, 20}) {
      RecommendOptions options{.k = k, .offset = offset};
      const auto begin = longest.begin() + offset,
                 end = longest.end() - begin > k ? begin + k : longest.end();
      EXPECT_EQ(items_of(recommender.recommend(kQuery, options)), std::vector(begin, end))
          << offset << " " << k;
    }
  }
  const RecommendOptions beyond{.k = 5, .offset = 100};
  EXPECT_TRUE(recommender.recommend(kQuery, beyond).empty());
}

}  // namespace
}  // namespace shortlist
