// Inputs that every index rejects, and limits of the codes and beams.
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <map>

#include "shortlist/index/beam.h"
#include "shortlist/index/bf16_index.h"
#include "shortlist/index/exact_search.h"
#include "shortlist/index/hnsw.h"
#include "shortlist/index/int8.h"
#include "shortlist/index/int8_index.h"
#include "shortlist/testing/temporary_folder.h"
#include "shortlist/testing/vectors.h"

namespace shortlist {
namespace {

using testing::clustered_vectors, testing::normal_vectors, testing::Vectors;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN(),
                kInfinity = std::numeric_limits<float>::infinity();

ThreadPool pool(1);

using Make = std::function<std::unique_ptr<Index>(ConstMatrix)>;
const std::map<std::string, Make> kIndexes = {
    {"exact", [](ConstMatrix v) { return std::make_unique<ExactIndex>(v, pool); }},
    {"bf16", [](ConstMatrix v) { return std::make_unique<Bf16Index>(v, pool); }},
    {"int8", [](ConstMatrix v) { return std::make_unique<Int8Index>(v, pool); }},
    {"hnsw", [](ConstMatrix v) { return std::make_unique<Hnsw>(v, HnswConfig{.ef_search = 16}, pool); }}};

TEST(EveryIndex, AnswersNothingWhereNothingIsAsked) {
  for (const auto& [name, make] : kIndexes) {
    for (size_t rows : {1, 500, 3000}) {
      SCOPED_TRACE(fmt::format("{}, {}", name, rows));
      const Vectors vectors = normal_vectors(rows, 7, "v"), queries = normal_vectors(5, 7, "q");
      const auto index = make(vectors.view());
      for (const std::vector<uint8_t>& eligible : {std::vector<uint8_t>(), std::vector<uint8_t>(rows, 1)}) {
        for (const Found& found : index->search(queries.view(), 0, eligible)) EXPECT_TRUE(found.best.empty());
        EXPECT_EQ(index->search(queries.view().head(1), 0, eligible).size(), 1u);
      }
    }
  }
}

TEST(EveryIndex, RefusesVectorsThatAreNotFinite) {
  for (const auto& [name, make] : kIndexes) {
    for (float bad : {kNan, kInfinity, -kInfinity}) {
      Vectors vectors = normal_vectors(40, 7, "v");
      vectors.row(31)[6] = bad;
      EXPECT_EQ(message_of([&] { make(vectors.view()); }),
                "the vector of item 31 has a number that is not finite")
          << name;
    }
  }
}

TEST(EveryIndex, RefusesQueriesThatAreNotFinite) {
  const Vectors vectors = normal_vectors(3000, 7, "v");
  for (const auto& [name, make] : kIndexes) {
    const auto index = make(vectors.view());
    for (float bad : {kNan, kInfinity}) {
      Vectors queries = normal_vectors(3, 7, "q");
      queries.row(2)[0] = bad;
      EXPECT_EQ(message_of([&] { index->search(queries.view(), 5); }),
                "the vector of query 2 has a number that is not finite")
          << name;
    }
  }
}

TEST(EveryIndex, RefusesMoreCandidatesThanItCanNumber) {
  const ConstMatrix many{nullptr, kMostCandidates + 1, 0, 0};
  for (const auto& [name, make] : kIndexes)
    EXPECT_EQ(message_of([&] { make(many); }),
              "there are 2147483649 items, but an index takes at most 2147483648")
        << name;
}

// The largest index is returned unchanged.
TEST(Beam, KeepsTheLargestIndex) {
  Beam beam;
  beam.reset(2);
  beam.insert({static_cast<uint32_t>(kMostCandidates - 1), 1.0f});
  EXPECT_EQ(beam[0].index, kMostCandidates - 1);
}

TEST(Int8Codes, RefuseVectorsWhoseSumsOverflow) {
  const Vectors wide{2, kMostInt8Width + 1, std::vector<float>(2 * (kMostInt8Width + 1), 1)};
  for (const char* name : {"int8", "hnsw"})
    EXPECT_EQ(message_of([&] { kIndexes.at(name)(wide.view()); }),
              "the vectors have 65537 numbers, but codes of eight bits take at most 65536");
}

// All codes and signs are extreme: the sums reach the limit of 32 bits.
TEST(Int8Codes, AreRightAtTheGreatestWidth) {
  Vectors vectors{3, kMostInt8Width, std::vector<float>(3 * kMostInt8Width, 1)};
  std::ranges::fill(vectors.row(1), -1.0f);
  std::fill_n(vectors.row(2).begin(), 100, -1.0f);
  const Vectors query{5, kMostInt8Width, std::vector<float>(5 * kMostInt8Width, 1)};
  for (const char* name : {"int8", "hnsw"}) {
    const auto found = kIndexes.at(name)(vectors.view())->search(query.view(), 2);
    for (const Found& one : found) EXPECT_EQ(testing::ids(one), (std::vector<uint32_t>{0, 2})) << name;
  }
  Int8Rows rows(kMostInt8Width, 1.0f / 127);
  rows.append(vectors.view(), pool);
  Int8Query coded;
  rows.set_query(query.view().row_span(0), coded);
  float scores[3];
  const uint32_t ids[] = {0, 1, 2};
  rows.scores(coded, ids, scores);
  EXPECT_EQ(scores[0], 127.0f * 127 * kMostInt8Width);
  EXPECT_EQ(scores[1], -scores[0]);
  EXPECT_EQ(scores[2], 127.0f * 127 * (kMostInt8Width - 200));
}

TEST(VisitedSet, TakesLittleMemoryWhereAWalkMeetsFew) {
  VisitedSet visited;
  visited.reset(10'000'000);
  std::vector<uint32_t> nodes;
  for (uint32_t i = 0; i < 2000; ++i) nodes.push_back(i * 4999);
  for (size_t i = 0; i < nodes.size(); i += 20) visited.insert(std::span(nodes).subspan(i, 20));
  EXPECT_EQ(visited.size(), 2000u);
  EXPECT_LT(visited.bytes(), 10'000'000 / 8 + 40'000u);
  EXPECT_TRUE(std::ranges::equal(visited.since(0), nodes));
}

// A tenth of the candidates is not eligible, which does not justify comparing all others.
TEST(Hnsw, EstimatesTheEligibleWhateverTheirIds) {
  constexpr size_t kRows = 40'960, kStep = kRows / 4096;
  const Vectors vectors = clustered_vectors(kRows, 4, 50, "v"), query = clustered_vectors(1, 4, 50, "q");
  const Hnsw index(vectors.view(), {.m = 4, .ef_construction = 8, .ef_search = 16}, pool);
  std::vector<uint8_t> eligible(kRows, 1);
  for (size_t i = 0; i < kRows; i += kStep) eligible[i] = 0;
  EXPECT_FALSE(index.search(query.view(), 5, eligible).front().exact);
}

}  // namespace
}  // namespace shortlist
