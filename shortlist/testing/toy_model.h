// For tests: a small model with two towers and a ranking, its rows, and its losses and gradients.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "shortlist/layers/batch_norm.h"
#include "shortlist/layers/combine.h"
#include "shortlist/layers/cross.h"
#include "shortlist/layers/dropout.h"
#include "shortlist/layers/embedding.h"
#include "shortlist/layers/gather.h"
#include "shortlist/losses/in_batch_softmax.h"
#include "shortlist/losses/ranking_losses.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/model/plan.h"
#include "shortlist/testing/gradient_check.h"
#include "shortlist/testing/gradients.h"
#include "shortlist/train/task.h"

namespace shortlist {

struct ToyOptions {
  float dropout = 0;
  bool query_dropout = false;
  bool deep = false;  // adds a stack like the reference's between the ranking's first layers
};

// Query: bags of 40 ids and two numbers. Candidate: one of 60 ids. Both have width 6. The ranking reads them
// concatenated, and the query again alone, so that a node has several consumers.
class ToyModel {
 public:
  explicit ToyModel(const ToyOptions& options = {}) {
    Embedding bag, id;
    bag.ids = 40, bag.dim = 5, id.ids = 60, id.dim = 4;
    Numbers numbers;
    numbers.width = 2;
    const int words = input("query/words", bag, kQueryRows, 0),
              ages = input("query/ages", numbers, kQueryRows, 1);
    int query = add("query/concat", Concat(), {words, ages}, kQueryRows);
    query = add("query/dense", dense(6, Activation::tanh), {query}, kQueryRows);
    if (options.query_dropout) query = add("query/dropout", dropout(0.4f), {query}, kQueryRows);
    const int candidate =
        add("candidate/dense", dense(6), {input("candidate/id", id, kCandidateRows, 0)}, kCandidateRows);
    spec.query = query;
    spec.candidate = candidate;
    add_ranking(options);
  }

  int node(std::string_view name) const {
    for (size_t i = 0; i < spec.nodes.size(); ++i) {
      if (spec.nodes[i].name == name) return static_cast<int>(i);
    }
    ADD_FAILURE() << "no node " << name;
    return -1;
  }
  std::vector<int> outputs() const { return {spec.query, spec.candidate, spec.rankings[0].node}; }

  ModelSpec spec;

 private:
  static Dense dense(int units, Activation activation = Activation::linear) {
    Dense layer;
    layer.dense = units;
    layer.activation = activation;
    return layer;
  }
  static Dropout dropout(float rate) {
    Dropout layer;
    layer.dropout = rate;
    return layer;
  }
  template <typename L>
  int add(const std::string& name, const L& layer, std::vector<int> inputs, int row_set) {
    return spec.add(
        {.name = name, .layer = std::make_shared<L>(layer), .inputs = std::move(inputs), .row_set = row_set});
  }
  template <typename L>
  int input(const std::string& name, const L& layer, int row_set, int feature) {
    return spec.add(
        {.name = name, .layer = std::make_shared<L>(layer), .row_set = row_set, .feature = feature});
  }

  void add_ranking(const ToyOptions& options) {
    const int q = add("rating/query", Gather(), {spec.query}, kPairRows);
    const int c = add("rating/candidate", Gather(), {spec.candidate}, kPairRows);
    const int both = add("rating/concat", Concat(), {q, c}, kPairRows);
    const int cross = add("rating/cross", Cross(), {both, both}, kPairRows);
    int top = add("rating/dense_1", dense(9, Activation::gelu), {cross}, kPairRows);
    top = add("rating/batch_norm", BatchNorm(), {top}, kPairRows);
    if (options.dropout > 0) top = add("rating/dropout", dropout(options.dropout), {top}, kPairRows);
    if (options.deep) {
      top = add("rating/deep_1", dense(40, Activation::relu), {top}, kPairRows);
      top = add("rating/deep_2", dense(35, Activation::relu), {top}, kPairRows);
      top = add("rating/deep_norm", BatchNorm(), {top}, kPairRows);
      top = add("rating/deep_dropout", dropout(0.2f), {top}, kPairRows);
      top = add("rating/deep_3", dense(9), {top}, kPairRows);
      top = add("rating/deep_norm_2", BatchNorm(), {top}, kPairRows);
    }
    top = add("rating/dense_2", dense(6, Activation::softplus), {top}, kPairRows);
    top = add("rating/add", Add(), {top, q}, kPairRows);
    const int left = add("rating/left", dense(6), {cross}, kPairRows);
    const int right = add("rating/right", dense(6, Activation::tanh), {both}, kPairRows);
    const int dots = add("rating/dots", DotInteraction(), {left, q, right}, kPairRows);
    top = add("rating/with_dots", Concat(), {top, dots}, kPairRows);
    spec.rankings = {{"rating", add("rating/prediction", dense(1), {top}, kPairRows), {}}};
  }
};

// Rows with a query and a candidate each. With `distinct`, equal ones are merged; otherwise each row has its
// own.
class ToyBatch {
 public:
  ToyBatch(size_t rows, bool distinct, uint64_t seed = 1) : distinct_(distinct) {
    const RandomStream random(seed, "toy");
    make_encoded(random);
    for (size_t r = 0; r < rows; ++r) {
      const uint64_t pair = random.at(7).below(r, std::max<size_t>(1, rows / 2));  // pairs repeat
      const uint32_t q = static_cast<uint32_t>(random.at(1).below(pair, kQueries));
      const uint32_t c = static_cast<uint32_t>(random.at(2).below(pair, kCandidates));
      labels.push_back(static_cast<float>(random.at(3).normal(r)));
      weights.push_back(static_cast<float>(random.at(4).uniform(r)) + 0.5f);
      row_pair_.source.push_back(add_pair(q, c));
    }
    all_rows_.resize(rows);
    std::iota(all_rows_.begin(), all_rows_.end(), 0);
    row_pair_.invert(pair_query_.source.size());
    pair_query_.invert(query_rows_.size());
    pair_candidate_.invert(candidate_rows_.size());
    count();
  }
  ToyBatch(const ToyBatch&) = delete;

  Batch batch() const {
    Batch batch;
    batch.at(kQueryRows) = {.encoded = &queries_, .shown = query_rows_, .multiplicity = query_count_};
    batch.at(kCandidateRows) = {
        .encoded = &candidates_, .shown = candidate_rows_, .multiplicity = candidate_count_};
    batch.at(kPairRows) = {.parents = {pair_query_.view(), pair_candidate_.view()},
                           .multiplicity = pair_count_};
    batch.at(kBatchRows) = {.parents = {row_pair_.view()}};
    return batch;
  }
  size_t rows() const { return labels.size(); }
  std::vector<float> labels, weights;

  // The batch as seen by a loss, without outputs.
  LossBatch loss_batch() const {
    return {.rows = rows(),
            .candidate_multiplicity = candidate_count_,
            .pairs_of_query = {pair_query_.offsets, pair_query_.copies},
            .pair_candidate = pair_candidate_.source,
            .pair_weight = pair_weight_,
            .labels = {labels, all_rows_},
            .weights = {weights, all_rows_}};
  }
  uint32_t pair_of_row(size_t row) const { return row_pair_.source[row]; }

  static constexpr size_t kQueries = 150, kCandidates = 60;

 private:
  struct Map {
    std::vector<uint32_t> source, offsets, copies;
    RowMap view() const { return {source, offsets, copies}; }
    void invert(size_t sources) {
      offsets = {0};
      for (uint32_t s = 0; s < sources; ++s) {
        for (uint32_t i = 0; i < source.size(); ++i) {
          if (source[i] == s) copies.push_back(i);
        }
        offsets.push_back(static_cast<uint32_t>(copies.size()));
      }
    }
  };

  void make_encoded(const RandomStream& random) {
    queries_.rows = kQueries;
    queries_.columns.resize(2);
    EncodedColumn &words = queries_.columns[0], &ages = queries_.columns[1];
    words.offsets = {0};
    ages.width = 2;
    for (size_t q = 0; q < kQueries; ++q) {
      for (size_t i = 0; i < random.at(5).below(q, 4); ++i)
        words.ids.push_back(static_cast<int32_t>((q * 13 + i * 7) % 40));
      words.offsets.push_back(static_cast<uint32_t>(words.ids.size()));
      for (size_t i = 0; i < 2; ++i)
        ages.values.push_back(static_cast<float>(random.at(6).normal(2 * q + i)));
    }
    candidates_.rows = kCandidates;
    candidates_.columns.resize(1);
    candidates_.columns[0].ids.resize(kCandidates);
    std::iota(candidates_.columns[0].ids.begin(), candidates_.columns[0].ids.end(), 0);
  }

  uint32_t place(std::map<uint32_t, uint32_t>& seen, std::vector<uint32_t>& rows, uint32_t row) {
    const auto [found, fresh] = seen.try_emplace(row, static_cast<uint32_t>(rows.size()));
    if (!fresh && distinct_) return found->second;
    rows.push_back(row);
    return static_cast<uint32_t>(rows.size()) - 1;
  }

  uint32_t add_pair(uint32_t q, uint32_t c) {
    const uint32_t next = static_cast<uint32_t>(pair_query_.source.size());
    const auto [found, fresh] = seen_pairs_.try_emplace({q, c}, next);
    if (!fresh && distinct_) return found->second;
    pair_query_.source.push_back(place(seen_queries_, query_rows_, q));
    pair_candidate_.source.push_back(place(seen_candidates_, candidate_rows_, c));
    return next;
  }

  void count() {
    query_count_.resize(query_rows_.size());
    candidate_count_.resize(candidate_rows_.size());
    pair_count_.resize(pair_query_.source.size());
    pair_weight_.resize(pair_query_.source.size());
    for (size_t r = 0; r < rows(); ++r) {
      const uint32_t pair = pair_of_row(r);
      pair_count_[pair] += 1;
      pair_weight_[pair] += weights[r];
      query_count_[pair_query_.source[pair]] += 1;
      candidate_count_[pair_candidate_.source[pair]] += 1;
    }
  }

  bool distinct_;
  EncodedRows queries_, candidates_;
  std::map<uint32_t, uint32_t> seen_queries_, seen_candidates_;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> seen_pairs_;
  std::vector<uint32_t> query_rows_, candidate_rows_, all_rows_;
  Map row_pair_, pair_query_, pair_candidate_;
  std::vector<float> query_count_, candidate_count_, pair_count_, pair_weight_;
};

// Computes the retrieval and the rating loss of a batch and the gradients, without training.
class ToyTrainer {
 public:
  explicit ToyTrainer(const ToyOptions& options = {}, bool training_layers_active = true, int threads = 2,
                      Precision precision = Precision::float32, bool rounds_between_products = true)
      : model(options),
        parameters(model.spec),
        pool(threads),
        plan(prepared(), parameters,
             {.outputs = model.outputs(),
              .backward = true,
              .training_layers_active = training_layers_active,
              .precision = rounds_between_products ? precision : Precision::float32}),
        precision_(precision) {
    tasks.push_back({.name = "retrieval",
                     .loss = std::make_unique<InBatchSoftmax>(0.5f, LossOptions{Reduction::mean, precision}),
                     .outputs = {.query = model.spec.query, .candidate = model.spec.candidate}});
    tasks.push_back(
        {.name = "ranking", .loss = RankingLoss().make(), .outputs = {.score = model.spec.rankings[0].node}});
  }

  double loss(const ToyBatch& batch, bool training = true, uint64_t key = 1) {
    parameters.pack(pool, true, precision_);
    plan.forward(pool, batch.batch(), training, key);
    LossParts losses;
    for (const Task& task : tasks) {
      LossBatch rows = batch.loss_batch();
      set_outputs(task, plan, batch.batch(), rows);
      losses.tasks.push_back(task.loss->run(pool, rows, task.weight));
    }
    return total_loss(tasks, losses);
  }
  void backward() {
    plan.backward(pool, model.outputs());
    join_gradients();
  }
  void join_gradients() { shortlist::join_gradients(parameters); }

  // Per trained parameter, as a whole matrix.
  std::map<std::string, std::vector<float>> gradients() const { return whole_gradients(parameters); }

  ToyModel model;
  Parameters parameters;
  ThreadPool pool;
  Plan plan;
  std::vector<Task> tasks;  // the in-batch softmax and the mean squared error

 private:
  const ModelSpec& prepared() {
    parameters.initialize(3);
    for (size_t i = 0; i < parameters.size(); ++i) {
      // Initial biases are zero and crosses nearly so; this makes all of them matter.
      ParameterState& p = parameters.at(i);
      for (size_t n = 0; p.spec.trainable && n < p.spec.rows * p.spec.cols; ++n) {
        p.value.data[n] += static_cast<float>(RandomStream(8, parameters.name(i)).normal(n)) * 0.2f;
      }
    }
    parameters.make_gradients();
    return model.spec;
  }

  Precision precision_;
};

}  // namespace shortlist
