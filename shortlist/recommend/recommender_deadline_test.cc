// Every call with a deadline stops when it passes, and works again afterwards.
#include <gtest/gtest.h>

#include "shortlist/jobs/training.h"
#include "shortlist/recommend/recommender.h"
#include "shortlist/testing/small_table.h"

namespace shortlist {
namespace {

class TrainedRecommender {
 public:
  TrainedRecommender() {
    TrainingCallback nobody;
    const std::atomic<bool> stop = false;
    const std::string path = table_.folder() / "bundle";
    train(table_.config(), {.out = path, .threads = 1}, nobody, stop);
    recommender_.emplace(Recommender::load(path));
  }
  const Recommender& operator*() const { return *recommender_; }
  const Recommender* operator->() const { return &*recommender_; }

 private:
  TinyTable table_;
  std::optional<Recommender> recommender_;
};

TEST(RecommenderDeadline, EndsEveryKindOfCall) {
  const TrainedRecommender recommender;
  const Record query = {{"user", "u03"}, {"country", "Norway"}};
  std::vector<Column> columns;
  for (const std::string& name : recommender->query_columns())
    columns.push_back({.rows = 1, .texts = {name == "user" ? "u03" : "Norway"}});
  std::atomic<bool> gone = true;
  const Deadline cancelled(Deadline::Clock::time_point::max(), {&gone, nullptr});
  RecommendOptions options{.k = 3, .deadline = cancelled};
  EXPECT_THROW(recommender->recommend(query, options), DeadlinePassed);
  EXPECT_THROW(recommender->explain(columns, {0, 1}, cancelled), DeadlinePassed);
  EXPECT_THROW(recommender->similar(0, Similarity::learned, 3, cancelled), DeadlinePassed);
  options.where = {Condition{recommender->id_column(), Comparison::contains, {"a"}}};
  EXPECT_THROW(recommender->eligible_items(options), DeadlinePassed);
  gone = false;
  options.where.clear();
  EXPECT_EQ(recommender->recommend(query, options).size(), 3u);
  EXPECT_EQ(recommender->explain(columns, {0, 1}, cancelled).size(), 2u);
}

}  // namespace
}  // namespace shortlist
