// For tests: a batch for retrieval losses with negatives of every kind, and a slow twin that computes a loss
// from the scores of each pair and its negatives, one at a time, in double.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "shortlist/base/random.h"
#include "shortlist/losses/loss.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {

struct RetrievalResult {
  double loss = 0;
  std::vector<double> du, dv;
};

// Candidates 2j and 2j + 1 have the same item if j < doubled.
struct RetrievalExample {
  static constexpr size_t kWidth = 5;
  size_t queries, candidates, doubled = 2;
  Buffer u, v;
  std::vector<uint32_t> pair_query, pair_candidate, item;
  std::vector<float> pair_weight, multiplicity, log_share;
  std::vector<uint32_t> pairs_of, query_pairs;             // offsets and members
  std::vector<uint32_t> excluded_offsets, excluded;        // of queries
  std::vector<uint32_t> negative_offsets, pair_negatives;  // of pairs
  bool own_is_counted = true;
  size_t items = 40;

  RetrievalExample(size_t queries_, size_t candidates_, size_t pairs, uint64_t seed = 1, double size = 1)
      : queries(queries_), candidates(candidates_), u(queries_, kWidth), v(candidates_, kWidth) {
    const RandomStream random(seed, "retrieval example");
    for (size_t i = 0; i < u.size(); ++i) u.data()[i] = static_cast<float>(size * random.at(0).normal(i));
    for (size_t i = 0; i < v.size(); ++i) v.data()[i] = static_cast<float>(size * random.at(1).normal(i));
    for (uint32_t j = 0; j < candidates; ++j) item.push_back(j < 2 * doubled ? j / 2 : j);
    multiplicity.resize(candidates);
    std::vector<std::vector<uint32_t>> pairs_of_query(queries);
    for (uint32_t p = 0; p < pairs; ++p) {
      pair_query.push_back(static_cast<uint32_t>(p < queries ? p : random.at(2).below(p, queries)));
      pair_candidate.push_back(static_cast<uint32_t>(random.at(3).below(p, candidates)));
      pair_weight.push_back(static_cast<float>(random.at(4).uniform(p)) + 0.5f);
      pairs_of_query[pair_query.back()].push_back(p);
      multiplicity[pair_candidate.back()] += static_cast<float>(1 + p % 2);
    }
    pairs_of.push_back(0);
    for (const auto& of_query : pairs_of_query) {
      query_pairs.insert(query_pairs.end(), of_query.begin(), of_query.end());
      pairs_of.push_back(static_cast<uint32_t>(query_pairs.size()));
    }
  }

  // Counts only what is drawn for the whole batch: candidate j % 3 times.
  void draw_for_all() {
    own_is_counted = false;
    for (uint32_t j = 0; j < candidates; ++j) multiplicity[j] = static_cast<float>(j % 3);
  }
  // All items, each once; the second candidate of a doubled item does not count and is no pair's own.
  void take_catalogue() {
    for (uint32_t j = 0; j < candidates; ++j) multiplicity[j] = j < 2 * doubled && j % 2 == 1 ? 0 : 1;
    for (uint32_t& own : pair_candidate) own = own < 2 * doubled ? own / 2 * 2 : own;
  }
  void draw_for_pairs(size_t count) {
    own_is_counted = false;
    std::ranges::fill(multiplicity, 0.0f);
    negative_offsets.assign(1, 0);
    for (uint32_t p = 0; p < pair_query.size(); ++p) {
      for (uint32_t i = 0; i < count; ++i)
        pair_negatives.push_back(static_cast<uint32_t>(RandomStream(p, "pair").below(i, candidates)));
      negative_offsets.push_back(static_cast<uint32_t>(pair_negatives.size()));
    }
  }
  void exclude() {
    excluded_offsets.assign(1, 0);
    for (uint32_t q = 0; q < queries; ++q) {
      for (uint32_t j = q % 2; j < candidates; j += 4) excluded.push_back(j);
      excluded_offsets.push_back(static_cast<uint32_t>(excluded.size()));
    }
  }
  void sample_unevenly() {
    for (uint32_t j = 0; j < candidates; ++j)
      log_share.push_back(std::log(0.01f + 0.02f * static_cast<float>(j % 7)));
  }

  LossBatch batch(Matrix du = {}, Matrix dv = {}) const {
    return {.rows = pair_query.size() + 3,
            .queries = {u.view(queries, kWidth), du},
            .candidates = {v.view(candidates, kWidth), dv},
            .candidate_multiplicity = multiplicity,
            .candidate_log_share = log_share,
            .pairs_of_query = {pairs_of, query_pairs},
            .pair_candidate = pair_candidate,
            .pair_weight = pair_weight,
            .own_is_counted = own_is_counted,
            .candidate_item = item,
            .excluded_of_query = {excluded_offsets, excluded},
            .negatives_of_pair = {negative_offsets, pair_negatives},
            .items = items};
  }
  RetrievalResult run(Loss& loss, int threads = 2, double scale = 1) const {
    Buffer du(queries, kWidth), dv(candidates, kWidth);
    fill(du.span(), 777), fill(dv.span(), 777);
    ThreadPool pool(threads);
    const double value = loss.run(pool, batch(du.view(queries, kWidth), dv.view(candidates, kWidth)), scale);
    const auto first = [](const Buffer& x, size_t n) {
      return std::vector<double>(x.data(), x.data() + n * kWidth);
    };
    return {value, first(du, queries), first(dv, candidates)};
  }

  // A pair's negatives: candidate and how often it counts.
  struct Negative {
    uint32_t candidate;
    double count;
  };
  std::vector<Negative> negatives_of(uint32_t pair, AccidentalHits hits) const {
    std::vector<Negative> all;
    const uint32_t own = pair_candidate[pair], query = pair_query[pair];
    const auto add = [&](uint32_t j, double count) {
      if (hits != AccidentalHits::none && item[j] == item[own]) return;
      if (!excluded_offsets.empty() && j != own &&
          std::find(excluded.begin() + excluded_offsets[query],
                    excluded.begin() + excluded_offsets[query + 1],
                    j) != excluded.begin() + excluded_offsets[query + 1])
        return;
      if (count > 0) all.push_back({j, count});
    };
    for (uint32_t j = 0; j < candidates; ++j) add(j, multiplicity[j] - (j == own && own_is_counted ? 1 : 0));
    for (size_t i = 0; !negative_offsets.empty() && i < negative_offsets[pair + 1] - negative_offsets[pair];
         ++i)
      add(pair_negatives[negative_offsets[pair] + i], 1);
    return all;
  }
  double score(uint32_t query, uint32_t candidate, double temperature) const {
    double sum = 0;
    for (size_t c = 0; c < kWidth; ++c)
      sum += static_cast<double>(u.data()[query * kWidth + c]) * v.data()[candidate * kWidth + c];
    return sum / temperature;
  }
};

// A pair's loss from its own score and its negatives' scores, log shares and counts.
struct SlowScores {
  double own, own_log_share;
  std::vector<double> scores, log_shares, counts;
  size_t items;
};
using SlowFormula = std::function<double(const SlowScores&)>;

// The loss and its gradients by central differences of each pair's scores.
inline RetrievalResult slow_loss(const RetrievalExample& x, const SlowFormula& formula, double temperature,
                                 AccidentalHits hits) {
  constexpr size_t kWidth = RetrievalExample::kWidth;
  constexpr double kStep = 1e-5;
  RetrievalResult result{0, std::vector<double>(x.queries * kWidth),
                         std::vector<double>(x.candidates * kWidth)};
  for (uint32_t p = 0; p < x.pair_query.size(); ++p) {
    const uint32_t query = x.pair_query[p], own = x.pair_candidate[p];
    const auto negatives = x.negatives_of(p, hits);
    const auto log_share = [&](uint32_t j) -> double { return x.log_share.empty() ? 0 : x.log_share[j]; };
    SlowScores scores{
        .own = x.score(query, own, temperature), .own_log_share = log_share(own), .items = x.items};
    for (const auto& [j, count] : negatives) {
      scores.scores.push_back(x.score(query, j, temperature));
      scores.log_shares.push_back(log_share(j));
      scores.counts.push_back(count);
    }
    const double weight = x.pair_weight[p];
    result.loss += weight * formula(scores);
    const auto add_gradient = [&](uint32_t j, double& score) {
      const double before = score;
      score = before + kStep;
      const double high = formula(scores);
      score = before - kStep;
      const double slope = weight * (high - formula(scores)) / (2 * kStep) / temperature;
      score = before;
      for (size_t c = 0; c < kWidth; ++c) {
        result.du[query * kWidth + c] += slope * x.v.data()[j * kWidth + c];
        result.dv[j * kWidth + c] += slope * x.u.data()[query * kWidth + c];
      }
    };
    add_gradient(own, scores.own);
    for (size_t i = 0; i < negatives.size(); ++i) add_gradient(negatives[i].candidate, scores.scores[i]);
  }
  return result;
}

// The softmax over the own candidate and its negatives, whose scores are corrected by their log shares.
inline double slow_softmax(const SlowScores& x) {
  const double own = x.own - x.own_log_share;
  double highest = own, sum = 0;
  for (size_t j = 0; j < x.scores.size(); ++j) highest = std::max(highest, x.scores[j] - x.log_shares[j]);
  for (size_t j = 0; j < x.scores.size(); ++j)
    sum += x.counts[j] * std::exp(x.scores[j] - x.log_shares[j] - highest);
  return highest + std::log(sum + std::exp(own - highest)) - own;
}

inline void expect_close(const RetrievalResult& got, const RetrievalResult& expected, double scale = 1) {
  EXPECT_NEAR(got.loss, expected.loss, 3e-6 * std::max(1.0, std::abs(expected.loss)));
  for (size_t i = 0; i < expected.du.size(); ++i)
    ASSERT_NEAR(got.du[i], scale * expected.du[i], 5e-5 * std::max(1.0, std::abs(expected.du[i])))
        << "query element " << i;
  for (size_t i = 0; i < expected.dv.size(); ++i)
    ASSERT_NEAR(got.dv[i], scale * expected.dv[i], 5e-5 * std::max(1.0, std::abs(expected.dv[i])))
        << "candidate element " << i;
}

inline void expect_same_bits_for_any_threads(const RetrievalExample& example, Loss& loss) {
  const RetrievalResult one = example.run(loss, 1);
  for (const int threads : {2, 3}) {
    const RetrievalResult more = example.run(loss, threads);
    EXPECT_EQ(more.loss, one.loss);
    EXPECT_EQ(more.du, one.du);
    EXPECT_EQ(more.dv, one.dv);
  }
}

}  // namespace shortlist
