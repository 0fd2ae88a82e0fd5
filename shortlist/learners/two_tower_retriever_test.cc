#include "shortlist/learners/two_tower_retriever.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "shortlist/bundle/bundle_store.h"
#include "shortlist/index/exact_search.h"
#include "shortlist/io/file.h"
#include "shortlist/jobs/training.h"
#include "shortlist/recommend/recommender.h"
#include "shortlist/testing/small_table.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

// A bundle of the small table's model, with an index.
class Indexed : public ::testing::TestWithParam<std::string> {
 protected:
  std::string path() const { return table_.folder() / "bundle"; }
  void train_with(const std::string& index) {
    TrainingCallback nobody;
    const std::atomic<bool> stop = false;
    const Changes changes = {{"top_k     = [1, 5]", "top_k = [1, 5]\nindex = \"" + index + "\""}};
    train(table_.config(changes), {.out = path(), .threads = 1}, nobody, stop);
  }

 private:
  TinyTable table_;
};

const Record kQuery = {{"user", "u03"}, {"country", "Norway"}};

TEST_P(Indexed, AnswersAsExactSearchOverFewItems) {
  train_with(GetParam());
  const Recommender recommender = Recommender::load(path());
  const Bundle& bundle = recommender.bundle();
  ThreadPool pool(1);
  const ExactIndex exact(bundle.item_vectors(), pool);
  const ConstMatrix queries = bundle.item_vectors().head(4);
  const std::vector<uint8_t> odd = [] {
    std::vector<uint8_t> eligible(30);
    for (size_t i = 1; i < 30; i += 2) eligible[i] = 1;
    return eligible;
  }();
  const std::vector<std::span<const uint32_t>> none(queries.rows);
  const QueryBatch batch{.rows = queries.rows, .vectors = queries};
  for (const auto& eligible : {std::vector<uint8_t>(), odd}) {
    const auto found = bundle.retriever->retrieve(batch, 6, eligible, none),
               expected = exact.search(queries, 6, eligible);
    for (size_t q = 0; q < queries.rows; ++q) {
      EXPECT_TRUE(found[q].exact);
      ASSERT_EQ(found[q].best.size(), 6u);
      for (size_t i = 0; i < 6; ++i) {
        EXPECT_EQ(found[q].best[i].index, expected[q].best[i].index);
        EXPECT_EQ(found[q].best[i].score, expected[q].best[i].score);
      }
    }
  }
  bool told = false;
  EXPECT_EQ(recommender.recommend(kQuery, {.k = 3, .exact = &told}).size(), 3u);
  EXPECT_TRUE(told);
}

INSTANTIATE_TEST_SUITE_P(Each, Indexed, ::testing::Values("exact", "bf16", "int8", "hnsw"),
                         [](const auto& of) { return of.param; });

TEST_F(Indexed, KeepsTheGraphInTheBundle) {
  train_with("hnsw");
  const Bundle bundle = load_bundle(path());
  EXPECT_EQ(dynamic_cast<const TwoTowerRetriever&>(*bundle.retriever).graph()->size(), 30u);
  std::string content = read_file(path() + "/index.safetensors");
  content.back() ^= 1;
  write_file_atomically(path() + "/index.safetensors", content);
  EXPECT_EQ(message_of([&] { Recommender::load(path()); }),
            path() + "/index.safetensors: wrong checksum: the file was changed");
}

TEST_F(Indexed, KeepsNothingWhereTheIndexIsMadeWhenLoading) {
  train_with("int8");
  EXPECT_FALSE(std::filesystem::exists(path() + "/index.safetensors"));
  const Bundle bundle = load_bundle(path());
  EXPECT_EQ(dynamic_cast<const TwoTowerRetriever&>(*bundle.retriever).graph(), nullptr);
}

// Compares with the default retrieve() of every kind, which scores all items.
TEST_F(Indexed, ScoresAllItemsAsItsIndexDoes) {
  train_with("hnsw");
  const Bundle bundle = load_bundle(path());
  const QueryBatch batch{.rows = 3, .vectors = bundle.item_vectors().head(3)};
  const std::vector<uint32_t> out = {1, 4, 9};
  const std::vector<std::span<const uint32_t>> left_out(3, out);
  const auto exact = bundle.retriever->retrieve_exactly(batch, 7, {}, left_out),
             slow = bundle.retriever->Retriever::retrieve(batch, 7, {}, left_out);
  for (size_t q = 0; q < 3; ++q) {
    ASSERT_EQ(slow[q].best.size(), 7u);
    for (size_t i = 0; i < 7; ++i) {
      EXPECT_EQ(exact[q].best[i].index, slow[q].best[i].index);
      EXPECT_EQ(exact[q].best[i].score, slow[q].best[i].score);
    }
  }
}

}  // namespace
}  // namespace shortlist
