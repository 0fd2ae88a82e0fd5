#include "shortlist/server/model_cost.h"

#include <gtest/gtest.h>

#include "shortlist/testing/served_model.h"

namespace shortlist {
namespace {

TEST(ModelCost, GrowsWithEachPartOfARequest) {
  const Recommender recommender = Recommender::load(tiny_bundle());
  const ModelCost cost(recommender);
  const double one = cost.recommend(1, {.k = 1});
  EXPECT_GT(one, 0);
  EXPECT_DOUBLE_EQ(cost.recommend(7, {.k = 1}), 7 * one);
  EXPECT_LT(cost.recommend(1, {.k = 1, .retrieve = 12}), one);
  EXPECT_DOUBLE_EQ(cost.explain(2, 3), 6 * cost.explain(1, 1));
  EXPECT_GT(cost.predict(2), cost.predict(1));
  EXPECT_DOUBLE_EQ(cost.similar(2), 2 * cost.similar(1));
  RecommendOptions filtered{.k = 1, .exclude = {"a", "b"}};
  EXPECT_GT(cost.recommend(1, filtered), one);
  const double excluded = cost.filter(filtered);
  filtered.where = {Condition{"x", Comparison::contains, std::vector<std::string>(100, "a")}};
  EXPECT_GT(cost.filter(filtered), excluded);
}

// No candidate is ranked twice, so asking for more than all items costs no more.
TEST(ModelCost, IsBoundedByTheCatalogue) {
  const Recommender recommender = Recommender::load(tiny_bundle());
  const ModelCost cost(recommender);
  EXPECT_EQ(cost.recommend(1, {.k = 1000}), cost.recommend(1, {.k = 1000, .retrieve = 10'000}));
  EXPECT_EQ(cost.items_of(1'000'000), recommender.item_count());
}

TEST(ModelCost, ExpectsAboutTheBytesThatAnAnswerHas) {
  TestService tiny;
  const ModelCost cost(tiny.models.find("")->recommender);
  for (const bool explained : {false, true}) {
    const std::string body = explained ? R"({"k":10,"explain":true})" : R"({"k":10})";
    const auto bytes = static_cast<double>(tiny.post("/v1/recommend", body).body.size());
    EXPECT_LT(cost.answer_bytes(1, 10, explained), 2 * bytes);
    EXPECT_GT(cost.answer_bytes(1, 10, explained), bytes / 2);
  }
}

}  // namespace
}  // namespace shortlist
