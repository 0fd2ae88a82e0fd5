// The retrieval loss of two-tower models: each row's candidate against all candidates of the batch.
// loss = sum_r w_r (log sum_j n_j exp(s(u_r, v_j)) - s(u_r, v_r)), s(u, v) = u . v / temperature, over the
// distinct candidates j, each of which occurs in n_j rows of the batch. With log shares, log q_j is
// subtracted from the score of candidate j, because it occurs in a batch q_j times as often as in the
// catalogue. The score matrix is never stored as a whole. If the queries are k times as wide as
// the candidates, each query has k vectors, and s is the highest of their scores. TensorFlow Recommenders'
// tasks.Retrieval; q_j is its candidate_sampling_probability.
#pragma once

#include <vector>

#include "shortlist/losses/loss.h"
#include "shortlist/losses/shared_softmax.h"
#include "shortlist/losses/softmax_row.h"
#include "shortlist/math/product.h"

namespace shortlist {

class InBatchSoftmax final : public Loss {
 public:
  explicit InBatchSoftmax(const LossOptions& options) : options_(options), shared_(options.temperature) {}
  explicit InBatchSoftmax(float temperature, LossOptions options = {})
      : InBatchSoftmax((options.temperature = temperature, options)) {}

  LossNeeds needs() const override { return {.embeddings = true}; }
  double run(ThreadPool& pool, const LossBatch& batch, double scale) override;
  double held_out(ThreadPool& pool, const HeldOutRows& held_out) override;
  LossWork work(const LossBatch& batch) const override;

 private:
  struct Worker {
    Buffer scores, scaled, dqueries;
    std::vector<float> factors;
    std::vector<uint16_t> best;  // of several vectors of a query, the one with each score
    SoftmaxRow row;
  };
  // Whether all pairs of a query have the same negatives, and a pair's own candidate is one of them.
  bool is_plain(const LossBatch& batch) const;
  // The sum over the rows. `scale` applies to the gradients.
  double sum(ThreadPool& pool, const LossBatch& batch, double scale);
  double sum_weighted(ThreadPool& pool, const LossBatch& batch, double scale);
  double run_block(const LossBatch& batch, RowRange rows, float scale, Matrix dcandidates, bool first,
                   Worker& worker) const;
  void multiply_queries(ConstMatrix scores, RowRange rows, size_t vectors, Matrix dqueries,
                        Worker& worker) const;
  // The loss of one query. Replaces its scores by their gradients, multiplied by `unit`.
  double run_row(const LossBatch& batch, size_t query, std::span<float> scores, bool gradient,
                 double& unit) const;
  double run_row_by_pair(const LossBatch& batch, size_t query, std::span<float> scores, double& unit,
                         Worker& worker) const;

  LossOptions options_;
  SharedSoftmax shared_;
  std::vector<float> corrected_;    // n_j / q_j, if there are log shares
  std::span<const float> weights_;  // n_j / q_j
  SameItems same_items_;
  Panels candidates_, candidates_transposed_;
  std::vector<Worker> workers_;
  std::vector<Buffer> partial_;  // gradients of candidates, one per slot
  std::vector<double> losses_;
};

}  // namespace shortlist
