// Scores rows of a dataset with a model: ranks among the whole catalogue, and predicted labels.
#pragma once

#include "shortlist/metrics/history.h"
#include "shortlist/metrics/rank_pairs.h"
#include "shortlist/model/plan.h"
#include "shortlist/train/held_out_losses.h"
#include "shortlist/train/run_outputs.h"

namespace shortlist {

// One entry for each requested row.
struct RowScores {
  std::vector<Rank> ranks;                      // empty without a retrieval task
  std::vector<Rank> unseen_ranks;               // without seen items; empty if queries have no user
  std::vector<std::vector<float>> predictions;  // [ranking task][row]
};

class Evaluator {
 public:
  // All arguments except `training` must outlive the evaluator. Each call reads the current parameters; their
  // panels must be packed.
  Evaluator(const TrainSpec& training, const ModelSpec& spec, Parameters& parameters, const Dataset& data,
            ThreadPool& pool);

  // Ranks among these candidates, in the order of data.items, instead of the dataset's own. They must outlive
  // the evaluator.
  void use_catalogue(ConstMatrix embeddings) { catalogue_ = embeddings; }

  // Each call embeds the catalogue once and scores each distinct query and pair once. Like figures(), throws
  // Error(failed) if an embedding or a prediction is not finite.
  RowScores score(std::span<const uint32_t> rows);
  // The metrics of the rows. With `held_out`, also the losses in batches of the training's size and the
  // metrics with seen items left out (for training rows all items are seen).
  Metrics figures(std::span<const uint32_t> rows, bool held_out);

 private:
  struct PairScores {
    PairRanks ranks;
    // [ranking task][pair]: the model's outputs on the label's scale, before the sigmoid; several for
    // classes.
    std::vector<std::vector<float>> outputs;
  };

  void embed(const DistinctPairs& rows);
  void rank_queries(const DistinctPairs& rows, PairScores& out);
  void predict(const DistinctPairs& rows, PairScores& out);
  PairScores score_pairs(const DistinctPairs& rows);
  void check_embeddings_finite() const;
  // For each row, the label that the task predicts.
  std::vector<float> predictions(const Task& task, const DistinctPairs& rows, const PairScores& pairs) const;
  void add_ranks(const Task& task, std::span<const uint32_t> rows, const DistinctPairs& found,
                 const PairRanks& ranks, bool held_out, Metrics& figures) const;
  void add_label_figures(const Task& task, std::span<const uint32_t> rows, const DistinctPairs& found,
                         const PairScores& pairs, Metrics& figures) const;
  Metrics losses(std::span<const uint32_t> rows, const DistinctPairs& found, const PairScores& pairs);

  const ModelSpec& spec_;
  const Dataset& data_;
  ThreadPool& pool_;
  Parameters& parameters_;
  std::vector<Task> tasks_;
  ConstMatrix catalogue_;
  Plan query_plan_, candidate_plan_;
  std::vector<Plan> ranking_plan_;  // empty or one plan
  HeldOutLosses losses_;
  Buffer query_memory_, candidate_memory_, items_;
  RankedRows ranked_queries_, ranked_candidates_;  // what rankings read
  ConstMatrix queries_, candidates_;  // embeddings of the last rows' queries, and of all candidates
  PairRanker ranker_;
};

}  // namespace shortlist
