// For tests: a batch for any loss, and a comparison of its gradients with central finite differences.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "shortlist/base/random.h"
#include "shortlist/losses/loss.h"

namespace shortlist {

// 5 queries, 7 candidates and 12 pairs of them, in 20 rows; three rows of one query refer to the same pair.
// Embeddings have width 3, labels are between 0 and 1.
class LossExample {
 public:
  static constexpr size_t kQueries = 5, kCandidates = 7, kPairs = 12, kRows = 20, kWidth = 3;

  LossExample() {
    const RandomStream random(5, "loss");
    const auto draw = [&](Buffer& buffer, uint64_t stream) {
      for (size_t i = 0; i < buffer.size(); ++i)
        buffer.data()[i] = static_cast<float>(random.at(stream).normal(i));
    };
    draw(queries, 0), draw(candidates, 1), draw(scores, 2);
    for (uint32_t pair = 0; pair < kPairs; ++pair) {
      pairs_of_query_.members.push_back(pair);
      pair_candidate_.push_back(pair % kCandidates);
    }
    pairs_of_query_.offsets = {0, 3, 5, 8, 11, 12};
    multiplicity_.resize(kCandidates);
    pair_weight_.resize(kPairs);
    rows_of_group_.offsets = {0};
    for (uint32_t query = 0; query < kQueries; ++query) {
      for (uint32_t i = pairs_of_query_.offsets[query]; i < pairs_of_query_.offsets[query + 1]; ++i)
        add_rows(i);
      rows_of_group_.offsets.push_back(static_cast<uint32_t>(rows_.size()));
    }
    for (uint32_t row = 0; row < kRows; ++row)
      labels_.push_back(static_cast<float>(random.at(3).uniform(row)));
  }

  // Without gradient buffers, the loss must not write gradients.
  LossBatch batch(bool gradients = true) {
    const auto output = [&](Buffer& value, Buffer& gradient, size_t rows, size_t width) {
      return LossOutput{value.view(rows, width), gradients ? gradient.view(rows, width) : Matrix()};
    };
    return {.rows = kRows,
            .queries = output(queries, dqueries, kQueries, kWidth),
            .candidates = output(candidates, dcandidates, kCandidates, kWidth),
            .candidate_multiplicity = multiplicity_,
            .pairs_of_query = pairs_of_query_.view(),
            .pair_candidate = pair_candidate_,
            .pair_weight = pair_weight_,
            .scores = output(scores, dscores, kPairs, 1),
            .rows_of_score = rows_of_score_.view(),
            .labels = {labels_, rows_},
            .weights = {weights_, rows_},
            .label_scale = {0.25, 0.5},
            .rows_of_group = rows_of_group_.view()};
  }

  Buffer queries{kQueries, kWidth}, candidates{kCandidates, kWidth}, scores{kPairs, 1};
  Buffer dqueries{kQueries, kWidth}, dcandidates{kCandidates, kWidth}, dscores{kPairs, 1};

 private:
  struct Grouped {
    std::vector<uint32_t> offsets, members;
    Groups view() const { return {offsets, members}; }
  };

  void add_rows(uint32_t pair) {
    if (pair == 0) rows_of_score_.offsets = {0};
    for (uint32_t copy = 0; copy < (pair % 3 == 0 ? 3u : 1u); ++copy) {
      const auto row = static_cast<uint32_t>(rows_.size());
      rows_.push_back(row);
      rows_of_score_.members.push_back(row);
      rows_of_group_.members.push_back(row);
      weights_.push_back(0.5f + 0.1f * static_cast<float>(row % 7));
      multiplicity_[pair_candidate_[pair]] += 1;
      pair_weight_[pair] += weights_.back();
    }
    rows_of_score_.offsets.push_back(static_cast<uint32_t>(rows_.size()));
  }

  Grouped pairs_of_query_, rows_of_score_, rows_of_group_;
  std::vector<uint32_t> pair_candidate_, rows_;
  std::vector<float> multiplicity_, pair_weight_, labels_, weights_;
};

// Compares the gradients of all outputs that the loss needs with finite differences.
inline void expect_gradients_match(Loss& loss) {
  constexpr double kScale = 0.75;
  constexpr float kStep = 1e-2f;
  LossExample example;
  ThreadPool pool(2);
  for (Buffer* gradient : {&example.dqueries, &example.dcandidates, &example.dscores})
    std::fill_n(gradient->data(), gradient->size(), 777.0f);  // gradients must be overwritten, not added to
  EXPECT_EQ(loss.run(pool, example.batch(), kScale), loss.run(pool, example.batch(false), kScale));
  const auto check = [&](Buffer& value, const Buffer& gradient, const char* name) {
    for (size_t i = 0; i < value.size(); ++i) {
      const float before = value.data()[i];
      value.data()[i] = before + kStep;
      const double high = loss.run(pool, example.batch(false), kScale);
      value.data()[i] = before - kStep;
      const double low = loss.run(pool, example.batch(false), kScale);
      const double step = static_cast<double>(before + kStep) - static_cast<double>(before - kStep);
      value.data()[i] = before;
      EXPECT_NEAR(gradient.data()[i], kScale * (high - low) / step, 2e-3) << name << " " << i;
    }
  };
  const LossNeeds needs = loss.needs();
  ASSERT_TRUE(needs.embeddings || needs.scores);
  if (needs.embeddings) check(example.queries, example.dqueries, "query element");
  if (needs.embeddings) check(example.candidates, example.dcandidates, "candidate element");
  if (needs.scores) check(example.scores, example.dscores, "score");
}

}  // namespace shortlist
