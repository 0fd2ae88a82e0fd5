// Scores rows of a dataset with a model: ranks among the whole catalogue, and predicted labels.
#pragma once

#include "shortlist/losses/in_batch_softmax.h"
#include "shortlist/losses/shared_softmax.h"
#include "shortlist/metrics/history.h"
#include "shortlist/metrics/rank_pairs.h"
#include "shortlist/model/plan.h"
#include "shortlist/train/batcher.h"

namespace shortlist {

// One entry for each row that was asked for.
struct RowScores {
  std::vector<Rank> ranks;                      // empty without a retrieval task
  std::vector<Rank> unseen_ranks;               // without seen items; empty where queries tell no user
  std::vector<std::vector<float>> predictions;  // [ranking task][row]
};

class Evaluator {
 public:
  // All must outlive it. Reads the parameters as they are at each call; their panels must be packed.
  Evaluator(const Config& config, const ModelSpec& spec, Parameters& parameters, const Dataset& data,
            ThreadPool& pool);

  // Ranks among these candidates, in the order of data.items, instead of the dataset's own. They must outlive
  // the evaluator.
  void use_catalogue(ConstMatrix embeddings) { catalogue_ = embeddings; }

  // The catalogue is embedded once a call, and each distinct query and pair is scored once. Throws a failed
  // Error when an embedding or a prediction is not finite, as figures() does.
  RowScores score(std::span<const uint32_t> rows);
  // The figures of the rows: the metrics, and with `held_out` also the losses of batches of the training's
  // size, and the metrics with seen items left out (of rows that the model was trained on, all are seen).
  Figures figures(std::span<const uint32_t> rows, bool held_out);

 private:
  struct Distinct {
    std::vector<uint32_t> pairs, pair_of_row;  // the dataset's distinct pairs that stand in the rows
    std::vector<uint32_t> queries, query_of_pair;
    std::vector<uint32_t> offsets, pairs_of_query;
  };
  struct PairScores {
    PairRanks ranks;
    // [ranking task][pair]: what the model gives, on the label's scale and before the sigmoid.
    std::vector<std::vector<float>> outputs;
  };

  Distinct distinct(std::span<const uint32_t> rows) const;
  void embed(const Distinct& rows);
  void rank_queries(const Distinct& rows, PairScores& out);
  void predict(const Distinct& rows, PairScores& out);
  PairScores score_pairs(const Distinct& rows);
  void check_finite(const Distinct& rows) const;
  float label_of(size_t task, float output) const;
  void add_ranks(std::span<const uint32_t> rows, const Distinct& found, const PairRanks& ranks, bool held_out,
                 Figures& figures) const;
  double retrieval_loss(std::span<const uint32_t> rows, const Distinct& found);
  std::vector<double> batch_losses(std::span<const uint32_t> rows, const BatchedRows& work);
  void add_losses(std::span<const uint32_t> rows, const Distinct& found, const PairScores& pairs,
                  Figures& figures);

  const Config& config_;
  const ModelSpec& spec_;
  const Dataset& data_;
  ThreadPool& pool_;
  Parameters& parameters_;
  ConstMatrix catalogue_;
  Plan query_plan_, candidate_plan_;
  std::vector<Plan> ranking_plan_;  // none or one
  Batcher batcher_;
  InBatchSoftmax softmax_;
  SharedSoftmax shared_softmax_;
  Buffer queries_, candidates_, items_;
  PairRanker ranker_;
};

// The penalties of all regularised parameters.
double regularization_loss(const Parameters& parameters);

// Runs a tower over encoded rows, in chunks: out[rows.size(), width].
void run_tower(ThreadPool& pool, Plan& plan, int output, int row_set, const EncodedRows& encoded,
               std::span<const uint32_t> rows, Matrix out);

// Pairs of a given query row and a given candidate row, through the ranking: one raw prediction for each
// pair, for each task.
void run_rankings(ThreadPool& pool, Plan& plan, const ModelSpec& spec, std::span<const uint32_t> query,
                  std::span<const uint32_t> candidate, std::vector<std::vector<float>>& predictions);

// The names of a ranking task's figures: "rmse" of a model with one, "rmse of LABEL" where there are several.
std::string figure_name(const Config& config, size_t ranking, std::string_view figure);

}  // namespace shortlist
