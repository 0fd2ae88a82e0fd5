// The retrieval loss of two-tower models: each row's candidate against all candidates of the batch.
// loss = sum_r w_r (log sum_j n_j exp(s(u_r, v_j)) - s(u_r, v_r)), s(u, v) = u . v / temperature, over the
// distinct candidates j, each standing n_j times in the batch; with shares, each score less log q_j, as
// candidate j stands in a batch q_j times as often as in the catalogue. Scores are never held whole.
// TensorFlow Recommenders' tasks.Retrieval, q_j its candidate_sampling_probability.
#pragma once

#include <vector>

#include "shortlist/base/threads.h"
#include "shortlist/math/product.h"

namespace shortlist {

struct SoftmaxBatch {
  ConstMatrix queries;                            // distinct, [U, D]
  ConstMatrix candidates;                         // distinct, [V, D]
  std::span<const float> candidate_multiplicity;  // n_j, [V]
  // The pairs of query u are pairs[offsets[u] .. offsets[u + 1]), with their candidate and the sum of their
  // rows' weights.
  std::span<const uint32_t> offsets, pairs;
  std::span<const uint32_t> pair_candidate;
  std::span<const float> pair_weight;
  std::span<const float> candidate_log_share = {};  // log q_j, [V], or empty
};

class InBatchSoftmax {
 public:
  explicit InBatchSoftmax(float temperature, Precision precision = Precision::float32)
      : temperature_(temperature), precision_(precision) {}

  // Returns the loss. Writes `scale` times its gradients to dqueries[U, D] and dcandidates[V, D], if they
  // have data.
  double run(ThreadPool& pool, const SoftmaxBatch& batch, double scale, Matrix dqueries, Matrix dcandidates);

 private:
  struct Worker {
    Buffer scores, scaled;
    std::vector<float> factors;
  };
  double run_plain(ThreadPool& pool, const SoftmaxBatch& batch, double scale, Matrix dqueries,
                   Matrix dcandidates);
  double run_block(const SoftmaxBatch& batch, RowRange rows, float scale, Matrix dqueries, Matrix dcandidates,
                   bool first, Worker& worker) const;

  float temperature_;
  Precision precision_;
  std::vector<float> corrected_;  // n_j / q_j
  Panels candidates_, candidates_transposed_;
  std::vector<Worker> workers_;
  std::vector<Buffer> partial_;  // gradients of candidates, one of each slot
  std::vector<double> losses_;
};

}  // namespace shortlist
