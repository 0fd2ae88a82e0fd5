// Compares recommendations through each index with a brute-force search, with filters that allow from one
// item in 10,000 to all.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "shortlist/bundle/bundle.h"
#include "shortlist/jobs/training.h"
#include "shortlist/recommend/recommender.h"
#include "shortlist/testing/small_table.h"

namespace shortlist {
namespace {

constexpr uint32_t kItems = 10'000;
constexpr int kWanted = 10;

// The year of each movie: 0 to 9,999 in random order, so that "year<100" allows one in a hundred.
const std::vector<uint32_t>& years() {
  static const std::vector<uint32_t> years = [] {
    std::vector<uint32_t> order(kItems);
    std::iota(order.begin(), order.end(), 0);
    const RandomStream random(3, "years");
    for (uint32_t i = kItems; i-- > 1;) std::swap(order[i], order[random.below(i, i + 1)]);
    return order;
  }();
  return years;
}
std::string movie(uint32_t m) { return fmt::format("m{:04}", m); }

std::string ratings() {
  std::string csv = "user,country,movie,genre,year,rating\n";
  for (uint32_t m = 0; m < kItems; ++m)
    csv += fmt::format("u{:02},{},{},Drama,{},{}\n", m % 14, m % 3 ? "Peru" : "Japan", movie(m), years()[m],
                       m % 5);
  return csv;
}

Config config_with(const TinyTable& table, const std::string& index) {
  const std::string whole = kTinyConfig;
  const size_t ranking = whole.find("[[ranking]]");
  return table.config(
      {{whole.substr(ranking, whole.find("[training]") - ranking), ""},
       {"top_k     = [1, 5]", "top_k = [1, 5]\nhnsw = { ef_search = 300 }\nindex = \"" + index + "\""},
       {"[training]", "[recommend]\nseen = \"keep\"\n\n[training]"},
       {"epochs    = 4", "epochs = 1"},
       {"batch     = 50", "batch = 500"}});
}

Recommender trained_with(const std::string& index) {
  const TinyTable table(ratings());
  TrainingCallback nobody;
  const std::atomic<bool> stop = false;
  const std::string out = table.folder() / "bundle";
  train(config_with(table, index), {.out = out, .threads = 1}, nobody, stop);
  return Recommender::load(out);
}

// Different ways to allow only the movies of the first `count` years.
std::vector<RecommendOptions> filters(uint32_t count) {
  std::vector<std::string> in, out;
  for (uint32_t m = 0; m < kItems; ++m) (years()[m] < count ? in : out).push_back(movie(m));
  const Condition below = Condition::parse(fmt::format("year<{}", count));
  const Condition below_double = Condition::parse(fmt::format("year<{}", 2 * count));
  return {{.k = kWanted, .where = {below}},
          {.k = kWanted, .allow = in},
          {.k = kWanted, .exclude = out},
          {.k = kWanted, .exclude = out, .where = {below_double}}};
}

class Filtered : public ::testing::TestWithParam<std::string> {
 protected:
  Filtered() : recommender_(trained_with(GetParam())) {}

  std::vector<double> scores(const Record& query) const {
    std::vector<Column> columns;
    for (const auto& [name, value] : query) columns.push_back({.rows = 1, .texts = {value}});
    const std::vector<float> u = recommender_.embed_queries(columns).front();
    const ConstMatrix items = recommender_.bundle().item_vectors();
    std::vector<double> scores;
    for (size_t i = 0; i < items.rows; ++i)
      scores.push_back(std::inner_product(u.begin(), u.end(), items.row(i), 0.0));
    return scores;
  }

  // The scores of the best items of the first `count` years, best first.
  std::vector<double> best_by_hand(const std::vector<double>& scores, uint32_t count) const {
    std::vector<double> left;
    for (uint32_t i = 0; i < scores.size(); ++i)
      if (is_left(i, count)) left.push_back(scores[i]);
    std::ranges::sort(left, std::greater());
    left.resize(std::min<size_t>(left.size(), kWanted));
    return left;
  }
  bool is_left(uint32_t item, uint32_t count) const {
    return std::stoul(recommender_.attribute(1, item)) < count;
  }

  // Checks the guarantees of every answer. Returns the fraction of the best items that it contains.
  double check(const Record& query, const RecommendOptions& asked, uint32_t count) const {
    RecommendOptions options = asked;
    bool exact = true;
    options.exact = &exact;
    const std::vector<double> all = scores(query), best = best_by_hand(all, count);
    const auto answer = recommender_.recommend(query, options);
    EXPECT_EQ(answer.size(), best.size());
    constexpr double tolerance = 1e-5;
    size_t hits = 0;
    std::set<uint32_t> seen;
    for (size_t i = 0; i < std::min(answer.size(), best.size()); ++i) {
      const uint32_t item = answer[i].item;
      EXPECT_TRUE(is_left(item, count));
      EXPECT_TRUE(seen.insert(item).second);
      EXPECT_LE(answer[i].score, answer[i > 0 ? i - 1 : 0].score);
      EXPECT_NEAR(answer[i].score, all[item], tolerance);
      EXPECT_TRUE(!exact || std::abs(answer[i].score - best[i]) <= tolerance);
      hits += all[item] >= best.back() - tolerance;
    }
    EXPECT_TRUE(exact || GetParam() == "hnsw");
    return best.empty() ? 1 : static_cast<double>(hits) / static_cast<double>(best.size());
  }

 private:
  Recommender recommender_;
};

TEST_P(Filtered, GivesAsManyAsThereAreInTheOrderOfASearchByHand) {
  for (const uint32_t count : {0u, 1u, 10u, 100u, 1'000u, 5'000u, kItems}) {
    double found = 0, asked = 0;
    for (const RecommendOptions& options : filters(count)) {
      for (const char* user : {"u00", "u03", "u05", "u10", "no such"}) {
        SCOPED_TRACE(fmt::format("{} of {} items, {}", count, kItems, user));
        found += check({{"user", user}, {"country", "Peru"}}, options, count);
        ++asked;
      }
    }
    EXPECT_GE(found / asked, GetParam() == "hnsw" ? 0.9 : 1) << count << " items left";
  }
}

INSTANTIATE_TEST_SUITE_P(Index, Filtered, ::testing::Values("exact", "bf16", "int8", "hnsw"),
                         [](const auto& of) { return of.param; });

}  // namespace
}  // namespace shortlist
