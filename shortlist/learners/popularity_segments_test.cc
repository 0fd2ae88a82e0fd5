// Popularity that decays with time, and by segment.
#include <gtest/gtest.h>

#include <algorithm>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/jobs/training.h"
#include "shortlist/learners/popularity.h"
#include "shortlist/recommend/golden.h"
#include "shortlist/recommend/recommender.h"
#include "shortlist/testing/bundles.h"
#include "shortlist/testing/small_table.h"

namespace shortlist {
namespace {

// "old" is taken three times, two days before "new" is taken twice.
constexpr const char* kTable =
    "user,country,movie,day\n"
    "a,Peru,old,2024-01-01\nb,Peru,old,2024-01-01\nc,Japan,old,2024-01-01\n"
    "a,Peru,new,2024-01-03\nc,Japan,new,2024-01-03\n"
    "c,Japan,rare,2024-01-03\n";

constexpr const char* kConfig = R"([data]
table = "TABLE"
user  = "user"
split = { train = 1, validation = 0, test = 0 }

[model]
kind = "popularity"

[items]
id = "movie"
)";

class Segments : public ::testing::Test {
 protected:
  void train_with(const Changes& changes) const {
    const std::string toml = replaced(replaced(kConfig, changes), {{"TABLE", table_.path()}});
    TrainingCallback nobody;
    const std::atomic<bool> stop = false;
    train(read_config(parse_toml(toml, "p.toml"), "p.toml"), {.out = path(), .threads = 1, .overwrite = true},
          nobody, stop);
  }
  std::string path() const { return table_.folder() / "bundle"; }
  // "new 2, old 1.5"
  std::string list(const Record& query) const {
    const Recommender recommender = Recommender::load(path());
    std::string text;
    for (const Recommendation& item : recommender.recommend(query, {.k = 3, .seen = SeenPolicy::keep}))
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", recommender.item_id(item.item), item.score);
    return text;
  }

  TinyTable table_{kTable};
};

TEST_F(Segments, OlderRowsCountLess) {
  train_with({{"user  = \"user\"", "user  = \"user\"\ntime = \"day\""}});
  EXPECT_EQ(list({}), "old 3, new 2, rare 1");
  train_with({{"user  = \"user\"", "user  = \"user\"\ntime = \"day\""},
              {"\"popularity\"", "\"popularity\"\nhalf_life = 2"}});
  EXPECT_EQ(list({}), "new 2, old 1.5, rare 1");
}

TEST_F(Segments, HalfLifeNeedsTimes) {
  EXPECT_EQ(message_of([&] {
              train_with({{"\"popularity\"", "\"popularity\"\nhalf_life = 2"}});
            }),
            "p.toml:8: model.half_life: needs the rows' times and users: set data.time and data.user");
}

const Changes kByCountry = {{"\"popularity\"", "\"popularity\"\nsegment = \"country\"\nshrink = 3"},
                            {"[items]", R"([features]
user = { kind = "category" }
country = { kind = "category" }
[query]
features = ["user", "country"]
[items])"}};

// All rows are 3 old, 2 new and 1 rare, so `shrink` adds 1.5, 1 and 0.5.
TEST_F(Segments, EachValueHasItsOwnList) {
  train_with(kByCountry);
  EXPECT_EQ(list({{"country", "Peru"}}), "old 3.5, new 2, rare 0.5");
  EXPECT_EQ(list({{"country", "Japan"}}), "old 2.5, new 2, rare 1.5");
  EXPECT_EQ(list({{"country", "Chile"}}), "old 1.5, new 1, rare 0.5");
  EXPECT_EQ(list({}), "old 1.5, new 1, rare 0.5");
  const Recommender recommender = Recommender::load(path());
  EXPECT_GT(check_golden_requests(recommender), 0u);
  const auto why =
      recommender.explain(recommender.to_query({{"country", "Japan"}}), {*recommender.find_item("rare")});
  EXPECT_EQ(why[0].constant, 1.5);
}

TEST_F(Segments, FiltersAndExcludesLikeTheFastSearch) {
  train_with(kByCountry);
  const Recommender recommender = Recommender::load(path());
  const auto items = recommender.recommend(Record{{"country", "Peru"}},
                                           {.k = 3, .exclude = {"old"}, .seen = SeenPolicy::keep});
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(recommender.item_id(items[0].item), "new");
}

TEST_F(Segments, ASegmentIsACategoryOfTheQuery) {
  EXPECT_EQ(message_of([&] {
              train_with({{"\"popularity\"", "\"popularity\"\nsegment = \"country\""}});
            }),
            "p.toml:8: model.segment: 'country' is not the column of a category feature in query.features");
}

TEST_F(Segments, AFileOfAnotherFeatureIsRejected) {
  train_with(kByCountry);
  const std::string file = "popularity.safetensors";
  const SafetensorsFile tensors = SafetensorsFile::open(path() + "/" + file);
  std::vector<TensorView> views = tensors.tensors();
  const int64_t other[] = {7, 2};
  for (TensorView& view : views)
    if (view.name == "segment_feature") view.bytes = std::as_bytes(std::span(other));
  write_safetensors(path() + "/changed", views);
  put_into_bundle(path(), file, read_file(path() + "/changed"));
  EXPECT_NE(message_of([&] {
              load_bundle(path());
            }).find("tensor 'segment_feature' does not name a category feature of the query"),
            std::string::npos);
}

}  // namespace
}  // namespace shortlist
