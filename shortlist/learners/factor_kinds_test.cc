// The kinds with a vector of factors per item, from training to answers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/jobs/evaluate.h"
#include "shortlist/jobs/training.h"
#include "shortlist/learners/factor_retriever.h"
#include "shortlist/recommend/golden.h"
#include "shortlist/recommend/recommender.h"
#include "shortlist/testing/bundles.h"
#include "shortlist/testing/small_table.h"

namespace shortlist {
namespace {

constexpr const char* kConfig = R"([data]
table = "TABLE"
user  = "user"
split = { train = 0.8, validation = 0.1, test = 0.1 }

[model]
kind    = "KIND"
factors = 5
epochs  = 4

[items]
id         = "movie"
attributes = ["genre", "year"]

[retrieval]
top_k = [1, 5, 10]
)";

TEST(DistinctItems, CountsEventsAndKeepsTheLastKnownLabel) {
  const std::vector<uint32_t> items = {7, 2, 7, 2};
  const std::vector<float> labels = {1, 4, 3, NAN};
  const auto distinct = distinct_items({items, labels, {}});
  ASSERT_EQ(distinct.size(), 2u);
  EXPECT_EQ(distinct[0].item, 2u);
  EXPECT_EQ(distinct[0].count, 2);
  EXPECT_EQ(distinct[0].label, 4);
  EXPECT_EQ(distinct[1].item, 7u);
  EXPECT_EQ(distinct[1].label, 3);
  EXPECT_TRUE(std::isnan(distinct_items({items, {}, {}})[0].label));
}

class FactorKinds : public ::testing::TestWithParam<const char*> {
 protected:
  std::string kind() const { return std::string(GetParam()) == "svd++" ? "biased_mf" : GetParam(); }
  Config config(const Changes& changes = {}) const {
    const std::string more = kind() != "biased_mf"  ? ""
                             : kind() == GetParam() ? "\nlabel   = \"rating\""
                                                    : "\nlabel   = \"rating\"\nimplicit = true";
    const std::string toml =
        replaced(replaced(kConfig, changes),
                 {{"TABLE", table_.path()}, {"KIND", kind()}, {"factors = 5", "factors = 5" + more}});
    return read_config(parse_toml(toml, "c.toml"), "c.toml");
  }
  std::string path(const std::string& name = "bundle") const { return table_.folder() / name; }
  std::string file() const { return kind() + ".safetensors"; }
  EvaluationReport train_with(const Config& config, int threads = 1,
                              const std::string& name = "bundle") const {
    TrainingCallback nobody;
    const std::atomic<bool> stop = false;
    return train(config, {.out = path(name), .threads = threads, .overwrite = true}, nobody, stop).report;
  }
  // The ids of what a user has in the training rows, oldest first.
  std::string history_of(const Recommender& recommender, const std::string& user) const {
    const UserRatings& ratings = recommender.bundle().ratings;
    const auto number = static_cast<uint32_t>(std::ranges::find(ratings.users, user) - ratings.users.begin());
    std::string history;
    for (int32_t item : ratings.items_of(number))
      history += (history.empty() ? "" : ",") + recommender.item_id(static_cast<uint32_t>(item));
    return history;
  }

  TinyTable table_;
};

double value_of(const EvaluationReport& report, const std::string& name) {
  return std::ranges::find(report.tasks[0].model, name, &ReportMetric::name)->value;
}

TEST_P(FactorKinds, AreMeasuredTheSameFromTheBundle) {
  const EvaluationReport trained = train_with(config());
  const EvaluationReport loaded = evaluate(load_bundle(path()), config(), "test", 1);
  ASSERT_FALSE(trained.tasks[0].model.empty());
  for (const ReportMetric& metric : trained.tasks[0].model)
    EXPECT_EQ(metric.value, value_of(loaded, metric.name)) << metric.name;
  EXPECT_GT(check_golden_requests(Recommender::load(path())), 0u);
}

TEST_P(FactorKinds, HaveTheSameBytesForAnyNumberOfThreads) {
  train_with(config(), 1);
  const std::string one = read_file(path() + "/" + file());
  train_with(config(), 3);
  EXPECT_EQ(read_file(path() + "/" + file()), one);
}

// Stops after the second epoch.
class StopAfterTwo : public TrainingCallback {
 public:
  void after_epoch(const EpochRecord& epoch, const Parameters&) override {
    epochs.push_back(epoch);
    stop = epoch.epoch == 2;
  }
  std::vector<EpochRecord> epochs;
  std::atomic<bool> stop = false;
};

TEST_P(FactorKinds, ContinueFromACheckpointToTheSameBytes) {
  train_with(config());
  StopAfterTwo first;
  train(config(), {.out = path("other"), .threads = 1}, first, first.stop);
  EXPECT_EQ(first.epochs.size(), 2u);
  EXPECT_FALSE(std::filesystem::exists(path("other") + "/" + file()));
  StopAfterTwo second;
  const std::atomic<bool> go_on = false;
  train(config(), {.out = path("other"), .threads = 1, .resume = true}, second, go_on);
  ASSERT_EQ(second.epochs.size(), 2u);
  EXPECT_EQ(second.epochs[0].epoch, 3);
  EXPECT_EQ(read_file(path("other") + "/" + file()), read_file(path() + "/" + file()));
}

TEST_P(FactorKinds, ImproveTheirFigureFromEpochToEpoch) {
  StopAfterTwo callback;
  const std::atomic<bool> go_on = false;
  train(config(), {.out = path(), .threads = 1}, callback, go_on);
  ASSERT_EQ(callback.epochs.size(), 4u);
  const auto& [name, first] = callback.epochs.front().train.at(0);
  const double last = callback.epochs.back().train.at(0).second;
  if (name == "right_pairs") {
    EXPECT_GT(last, first);
  } else {
    EXPECT_LT(last, first);
  }
}

TEST_P(FactorKinds, FoldInANewUserWithAHistory) {
  train_with(config({{"epochs  = 4", "epochs  = 30"}}));
  const Recommender recommender = Recommender::load(path());
  const std::string history = history_of(recommender, "u03");
  const auto known = recommender.recommend(Record{{"user", "u03"}}, {.k = 30});
  const auto folded = recommender.recommend(Record{{"history", history}}, {.k = 30});
  ASSERT_EQ(known.size(), folded.size());
  for (size_t i = 0; kind() == "ials" && i < known.size(); ++i) {
    EXPECT_EQ(known[i].item, folded[i].item);
    EXPECT_EQ(known[i].score, folded[i].score);
  }
  const auto popular = recommender.recommend(Record{{"user", "nobody"}}, {.k = 30});
  EXPECT_EQ(popular.size(), 30u);
}

// The default of all kinds, which scores all items, is the slow twin.
TEST_P(FactorKinds, FindTheSameByEveryIndex) {
  for (const char* index : {"exact", "int8", "bf16", "hnsw"}) {
    train_with(config({{"top_k = [1, 5, 10]", std::string("top_k = [1, 5]\nindex = \"") + index + "\""}}));
    const Bundle bundle = load_bundle(path());
    EXPECT_EQ(std::filesystem::exists(path() + "/index.safetensors"), std::string(index) == "hnsw");
    const std::vector<uint32_t> items = {1, 4, 9}, out = {2, 9}, users = {unknown_index, 3};
    const std::vector<float> labels = {5, 3, 1};
    const QueryHistory histories[] = {{items, labels, {}}, {items, labels, {}}};
    const QueryBatch batch{.rows = 2, .users = users, .histories = histories};
    const std::vector<std::span<const uint32_t>> left_out = {out, {}};
    const auto fast = bundle.retriever->retrieve(batch, 7, {}, left_out),
               exact = bundle.retriever->retrieve_exactly(batch, 7, {}, left_out),
               slow = bundle.retriever->Retriever::retrieve(batch, 7, {}, left_out);
    for (size_t q = 0; q < 2; ++q) {
      ASSERT_EQ(slow[q].best.size(), 7u);
      for (size_t i = 0; i < 7; ++i) {
        EXPECT_EQ(fast[q].best[i].index, slow[q].best[i].index) << index;
        EXPECT_EQ(exact[q].best[i].score, slow[q].best[i].score);
      }
    }
  }
}

TEST_P(FactorKinds, FilterExcludeAndExplain) {
  train_with(config());
  const Recommender recommender = Recommender::load(path());
  bool exact = false;
  const Record query = {{"history", "m01,m04,m07"}};
  const auto all = recommender.recommend(query, {.k = 27, .exact = &exact});
  ASSERT_EQ(all.size(), 27u);
  EXPECT_TRUE(exact);
  const std::string first = recommender.item_id(all[0].item);
  EXPECT_EQ(recommender.recommend(query, {.k = 1, .exclude = {first}})[0].item, all[1].item);
  for (const auto& item : recommender.recommend(query, {.where = {Condition::parse("year>=2010")}}))
    EXPECT_GE(std::get<int64_t>(recommender.attributes()[1].values[item.item]), 2010);
  const auto why = recommender.explain(recommender.to_query(query), {all[0].item, all[20].item});
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(why[i].method, "history");
    double sum = why[i].constant;
    for (const HistoryShare& share : why[i].features.at(0).history) sum += share.score;
    EXPECT_NEAR(sum, all[i == 0 ? 0 : 20].score, 1e-4);
  }
}

TEST_P(FactorKinds, HaveItemVectors) {
  train_with(config());
  const Recommender recommender = Recommender::load(path());
  EXPECT_EQ(recommender.bundle().item_vectors().rows, 30u);
  EXPECT_EQ(recommender.bundle().item_vectors().cols, 5u);
  EXPECT_EQ(recommender.similar(0, Similarity::learned, 3).size(), 3u);
}

TEST_P(FactorKinds, TellDamageFromADifferentCatalogue) {
  train_with(config());
  const std::string content = read_file(path() + "/" + file());
  std::string broken = content;
  broken[broken.size() / 2] = static_cast<char>(broken[broken.size() / 2] ^ 1);
  write_file_atomically(path() + "/" + file(), broken);
  EXPECT_NE(message_of([&] { load_bundle(path()); }).find(file()), std::string::npos);
  put_into_bundle(path(), file(), content.substr(0, content.size() - 8));
  EXPECT_NE(message_of([&] { load_bundle(path()); }).find(file()), std::string::npos);
  put_into_bundle(path(), file(), content);
  EXPECT_EQ(load_bundle(path()).retriever->items(), 30u);
  unlist_in_bundle(path(), file());
  EXPECT_NE(message_of([&] { load_bundle(path()); }).find("does not list " + file()), std::string::npos);
}

TEST_P(FactorKinds, NeedTheUserInTheQuery) {
  EXPECT_EQ(message_of([&] {
              train_with(config({{"[items]",
                                  "[query]\nfeatures = [\"country\"]\n[features]\ncountry = { kind = "
                                  "\"category\" }\n[items]"}}));
            }),
            fmt::format("c.toml:6: model.kind: \"{}\" needs data.user, and a feature of that column in "
                        "query.features",
                        kind()));
}

INSTANTIATE_TEST_SUITE_P(Each, FactorKinds, ::testing::Values("ials", "bpr_mf", "biased_mf", "svd++"),
                         [](const auto& of) {
                           const std::string name = of.param;
                           return name == "svd++" ? std::string("svd_plus_plus") : name;
                         });

// "" if the kind trains on the table and answers, else the error.
std::string error_of_table(const std::string& kind, const std::string& csv, const std::string& more = "") {
  const TinyTable table(csv);
  const std::string toml =
      replaced(kConfig, {{"TABLE", table.path()},
                         {"KIND", kind},
                         {"factors = 5", kind == "biased_mf" ? "factors = 5\nlabel = \"r\"" : "factors = 5"},
                         {"attributes = [\"genre\", \"year\"]\n", ""},
                         {"split = { train = 0.8, validation = 0.1, test = 0.1 }",
                          "split = { train = 1, validation = 0, test = 0 }\n" + more}});
  return message_of([&] {
    const Config config = read_config(parse_toml(toml, "c.toml"), "c.toml");
    TrainingCallback nobody;
    const std::atomic<bool> stop = false;
    train(config, {.out = table.folder() / "bundle", .threads = 1}, nobody, stop);
    const Recommender recommender = Recommender::load(table.folder() / "bundle");
    const auto list = recommender.recommend(Record{{"user", "a"}}, {.k = 3, .seen = SeenPolicy::keep});
    if (list.empty() || !std::isfinite(list[0].score)) throw failed("a bad list");
  });
}

class OddFactorTables : public ::testing::TestWithParam<const char*> {};

TEST_P(OddFactorTables, OneUserAndOneItem) {
  EXPECT_EQ(error_of_table(GetParam(), "user,movie,r\na,x,1\na,y,2\na,z,0\n"), "");
  EXPECT_EQ(error_of_table(GetParam(), "user,movie,r\na,x,1\nb,x,3\n"), "");
  EXPECT_EQ(error_of_table(GetParam(), "user,movie,r\na,x,0\n"), "");
}

INSTANTIATE_TEST_SUITE_P(Each, OddFactorTables, ::testing::Values("ials", "bpr_mf", "biased_mf"),
                         [](const auto& of) { return std::string(of.param); });

TEST(FactorKindsConfig, NameWhatIsWrong) {
  const std::string csv = "user,movie,r,w\na,x,1,0\na,y,2,0\n";
  EXPECT_NE(error_of_table("ials", csv, "weight = \"w\"\n"), "");
  const TinyTable table;
  const auto error = [&](const Changes& changes) {
    const std::string toml = replaced(replaced(kConfig, changes), {{"TABLE", table.path()}});
    return message_of([&] {
      TrainingCallback nobody;
      const std::atomic<bool> stop = false;
      train(read_config(parse_toml(toml, "c.toml"), "c.toml"), {.out = table.folder() / "b"}, nobody, stop);
    });
  };
  EXPECT_EQ(
      error({{"KIND", "biased_mf"}}),
      "c.toml:6: model.label: \"biased_mf\" needs the column of the ratings, such as label = \"rating\"");
  EXPECT_EQ(
      error(
          {{"KIND", "popularity"}, {"factors = 5\nepochs  = 4\n", ""}, {"top_k", "index = \"int8\"\ntop_k"}}),
      "retrieval.index: \"int8\" searches item vectors, but a model of kind \"popularity\" has none");
}

}  // namespace
}  // namespace shortlist
