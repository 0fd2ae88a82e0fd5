// A retriever that uses the history of a query's user, to test that the interface supports kinds other than
// towers.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/config/read_config.h"
#include "shortlist/config/resolve.h"
#include "shortlist/io/toml.h"
#include "shortlist/jobs/rank_rows.h"
#include "shortlist/jobs/training.h"
#include "shortlist/metrics/observations.h"
#include "shortlist/recommend/gap_notes.h"
#include "shortlist/recommend/recommender.h"
#include "shortlist/testing/small_table.h"
#include "shortlist/train/prepare.h"

namespace shortlist {
namespace {

// An item's score is the sum of the numbers of the history's items with the same parity. Without a history,
// it is minus the item's own number.
class ByHistory final : public Retriever {
 public:
  explicit ByHistory(size_t items) : items_(items) {}
  size_t items() const override { return items_; }
  void score_all(const QueryBatch& queries, Matrix scores) const override {
    for (size_t q = 0; q < queries.rows; ++q) {
      for (size_t i = 0; i < items_; ++i) {
        scores(q, i) = queries.histories[q].empty() ? -static_cast<float>(i) : 0;
        for (uint32_t taken : queries.histories[q].items)
          if (taken % 2 == i % 2) scores(q, i) += static_cast<float>(taken);
      }
    }
  }
  bool reads_users() const override { return true; }
  size_t memory_bytes() const override { return sizeof(*this); }
  void save(RetrieverWriter&) const override {}

 private:
  size_t items_;
};

constexpr const char* kConfig = R"([data]
table = "TABLE"
user  = "user"
[model]
kind = "popularity"
[items]
id = "movie"
)";

class HistoryTest : public ::testing::Test {
 protected:
  HistoryTest() : config_(read_config(parse_toml(replaced(kConfig, {{"TABLE", table_.path()}}), "c"), "c")) {}

  Recommender recommender() const {
    TrainingCallback nobody;
    const std::atomic<bool> stop = false;
    const std::string out = table_.folder() / "bundle";
    train(config_, {.out = out, .threads = 1}, nobody, stop);
    Bundle bundle = load_bundle(out);
    bundle.retriever = std::make_unique<ByHistory>(bundle.items.ids.size());
    return Recommender(std::move(bundle));
  }

  TinyTable table_;
  Config config_;
};

TEST_F(HistoryTest, EachUserIsAnsweredByTheUsersOwnHistory) {
  const Recommender recommender = this->recommender();
  Column users;
  users.rows = 4;
  users.texts = {"u03", "nobody", "u04", "u03"};
  RecommendOptions options{.k = 30};
  Column none;
  none.rows = 4;
  none.texts.resize(4);
  none.missing = {1, 1, 1, 1};
  const auto answers = recommender.recommend({users, none}, options);
  const UserRatings& ratings = recommender.bundle().ratings;
  for (const size_t row : {0u, 2u}) {
    const auto user = std::ranges::find(ratings.users, users.texts[row]) - ratings.users.begin();
    std::vector<int32_t> history(ratings.items.begin() + ratings.offsets[static_cast<size_t>(user)],
                                 ratings.items.begin() + ratings.offsets[static_cast<size_t>(user) + 1]);
    const std::set<int32_t> seen(history.begin(), history.end());
    EXPECT_EQ(answers[row].size(), 30 - seen.size());
    for (const Recommendation& item : answers[row]) {
      float expected = 0;
      for (int32_t taken : history)
        if (static_cast<uint32_t>(taken) % 2 == item.item % 2) expected += static_cast<float>(taken);
      EXPECT_EQ(item.score, expected);
    }
  }
  EXPECT_EQ(answers[1].size(), 30u);
  EXPECT_EQ(answers[1][0].item, 0u);
  ASSERT_EQ(answers[3].size(), answers[0].size());
  for (size_t i = 0; i < answers[0].size(); ++i) EXPECT_EQ(answers[3][i].item, answers[0][i].item);
  // Users are also distinguished with one query at a time and with seen items kept.
  options.seen = SeenPolicy::keep;
  EXPECT_NE(recommender.recommend({{"user", "u03"}}, options)[0].score,
            recommender.recommend({{"user", "u04"}}, options)[0].score);
}

TEST_F(HistoryTest, AQueryMayGiveItsHistory) {
  const Recommender recommender = this->recommender();
  EXPECT_EQ(recommender.query_columns(), (std::vector<std::string>{"user", "history"}));
  EXPECT_EQ(recommender.history_columns(), (std::vector<std::string>{"history"}));
  const std::string id = recommender.item_id(7), other = recommender.item_id(4);
  const auto answer = recommender.recommend(Record{{"history", id + "," + other + ",x"}}, {.k = 30});
  ASSERT_EQ(answer.size(), 28u);  // without the given items
  EXPECT_EQ(answer[0].item, 1u);
  EXPECT_EQ(answer[0].score, 7);
  EXPECT_EQ(answer.back().score, 4);
  // It replaces the items of a known user, who keeps the seen ones out of the list.
  const auto of_user = recommender.recommend(Record{{"user", "u03"}, {"history", id}}, {.k = 30});
  EXPECT_LT(of_user.size(), 29u);
  EXPECT_EQ(of_user[0].score, 7);
  // Queries in one call with different histories are different.
  Column users, histories;
  users.rows = histories.rows = 3;
  users.texts = {"", "", ""};
  users.missing = {1, 1, 1};
  histories.texts = {id, other, ""};
  histories.missing = {0, 0, 1};
  const auto answers = recommender.recommend({users, histories}, RecommendOptions{.k = 1});
  EXPECT_EQ(answers[0][0].item, 1u);
  EXPECT_EQ(answers[1][0].item, 0u);
  EXPECT_EQ(answers[2][0].score, 0);
}

TEST_F(HistoryTest, SaysWhichQueriesGetPopularItems) {
  const Recommender recommender = this->recommender();
  using Texts = std::vector<std::string>;
  const std::string popular = "history is not given and the user is new: popular items are recommended";
  EXPECT_EQ(notes_on_gaps(recommender, {{"user", "nobody"}}), Texts{popular});
  EXPECT_EQ(notes_on_gaps(recommender, {}), Texts{popular});
  EXPECT_EQ(notes_on_gaps(recommender, {{"user", "u03"}}), Texts());
  EXPECT_EQ(notes_on_gaps(recommender, {{"history", "m01"}}), Texts());
  EXPECT_EQ(recommender.unseen({{"user", "u03"}, {"history", "x,m01"}}),
            Texts{"history: the model has not seen 1 of 2 items: 'x'"});
  EXPECT_EQ(recommender.unseen({{"user", "u03"}, {"history", "x"}}),
            (Texts{"history: the model has not seen 1 of 1 item: 'x'",
                   "history has no item that the model knows, so popular items are recommended"}));
  Column users, histories;
  users.rows = histories.rows = 3;
  users.texts = {"", "nobody", "u03"};
  users.missing = {1, 0, 0};
  histories.texts = {"", "", ""};
  histories.missing = {1, 1, 1};
  const auto gaps = recommender.query_context().gaps({users, histories});
  EXPECT_EQ(warnings_of_gaps(gaps, 3),
            Texts{"history is not given and the user is new in 2 of 3 queries, so popular items are "
                  "recommended"});
  EXPECT_EQ(recommender.query_context().known_history({users, histories}, 1, 1), Texts());
  EXPECT_FALSE(recommender.query_context().known_history({users, histories}, 1, 2).empty());
}

TEST_F(HistoryTest, RowsAreRankedAmongAllScores) {
  const PreparedData prepared = prepare_data(resolve_data(config_), table_.open());
  const Dataset& data = prepared.data;
  const ByHistory retriever(data.items.ids.size());
  const UserHistories histories(data.interactions, false, false);
  ThreadPool one(1), three(3);
  const PairRanks ranks = rank_rows(retriever, nullptr, data, data.split.test, one);
  EXPECT_EQ(ranks.all, rank_rows(retriever, nullptr, data, data.split.test, three).all);
  ASSERT_EQ(ranks.unseen.size(), data.split.test.size());
  for (size_t i = 0; i < data.split.test.size(); ++i) {
    const uint32_t row = data.split.test[i], user = data.user_of_row[row];
    const uint32_t own = data.item_of_candidate[data.candidate_of_row[row]];
    const std::span<const uint32_t> seen = data.seen.of(user);
    const QueryHistory history = histories.of(user);
    Buffer memory(1, retriever.items());
    const Matrix scores = memory.view(1, retriever.items());
    retriever.score_all({.rows = 1, .users = {&user, 1}, .histories = {&history, 1}}, scores);
    Rank all, unseen;
    for (uint32_t item = 0; item < retriever.items(); ++item) {
      const bool greater = scores(0, item) > scores(0, own),
                 equal = item != own && scores(0, item) == scores(0, own);
      all.greater += greater, all.equal += equal;
      if (std::ranges::binary_search(seen, item)) continue;
      unseen.greater += greater, unseen.equal += equal;
    }
    if (std::ranges::binary_search(seen, own)) unseen = {30, 0, true};
    EXPECT_EQ(ranks.all[i], all) << i;
    EXPECT_EQ(ranks.unseen[i], unseen) << i;
  }
}

}  // namespace
}  // namespace shortlist
