#include "shortlist/recommend/catalogue_index.h"

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

// A bundle of the small table's model with an index.
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
  const CatalogueIndex index(bundle);
  ThreadPool pool(1);
  const ExactIndex exact(bundle.candidate_embeddings(), pool);
  const ConstMatrix queries = bundle.candidate_embeddings().head(4);
  const std::vector<uint8_t> odd = [] {
    std::vector<uint8_t> eligible(30);
    for (size_t i = 1; i < 30; i += 2) eligible[i] = 1;
    return eligible;
  }();
  for (const auto& eligible : {std::vector<uint8_t>(), odd}) {
    const auto found = index.search(queries, 6, eligible), expected = exact.search(queries, 6, eligible);
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
  EXPECT_EQ(load_bundle(path()).hnsw->size(), 30u);
  std::string content = read_file(path() + "/index.safetensors");
  content.back() ^= 1;
  write_file_atomically(path() + "/index.safetensors", content);
  EXPECT_EQ(message_of([&] { Recommender::load(path()); }),
            path() + "/index.safetensors: its checksum is wrong: it was changed");
}

TEST_F(Indexed, KeepsNothingWhereTheIndexIsMadeWhenLoading) {
  train_with("int8");
  EXPECT_FALSE(std::filesystem::exists(path() + "/index.safetensors"));
  EXPECT_EQ(load_bundle(path()).hnsw, nullptr);
}

// A bundle of nothing but embeddings.
Bundle bundle_of(ConstMatrix embeddings) {
  Bundle bundle;
  bundle.spec.nodes.push_back({.width = static_cast<int>(embeddings.cols)});
  bundle.spec.candidate = 0;
  bundle.items.ids.resize(embeddings.rows);
  bundle.candidates = Buffer(embeddings.rows, embeddings.cols);
  std::copy_n(embeddings.data, embeddings.rows * embeddings.cols, bundle.candidates.data());
  return bundle;
}

TEST(CatalogueIndex, ComparesItemsByCosine) {
  const std::vector<float> rows = {4, 0, 6, 0, 0, 3, 0, 0, -3, 0};
  const Bundle bundle = bundle_of({rows.data(), 5, 2, 2});
  const CatalogueIndex index(bundle);
  const auto expect_similar = [&](uint32_t item, size_t k, const std::vector<SimilarItem>& expected) {
    const std::vector<SimilarItem> similar = index.most_similar(item, k);
    ASSERT_EQ(similar.size(), expected.size());
    for (size_t i = 0; i < similar.size(); ++i) {
      EXPECT_EQ(similar[i].item, expected[i].item);
      EXPECT_NEAR(similar[i].similarity, expected[i].similarity, 1e-6);
    }
  };
  expect_similar(0, 9, {{1, 1}, {2, 0}, {3, 0}, {4, -1}});
  expect_similar(3, 2, {{0, 0}, {1, 0}});
}

TEST(CatalogueIndex, LeavesTheItemOutWhereOthersAreTheSame) {
  const std::vector<float> rows(12, 1);
  const Bundle bundle = bundle_of({rows.data(), 6, 2, 2});
  const auto similar = CatalogueIndex(bundle).most_similar(4, 3);
  ASSERT_EQ(similar.size(), 3u);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(similar[i].item, i);
}

}  // namespace
}  // namespace shortlist
