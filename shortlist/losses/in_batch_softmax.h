// The retrieval loss of two-tower models: each row's candidate against all candidates of the batch.
// loss = sum_r w_r (log sum_j n_j exp(s(u_r, v_j)) - s(u_r, v_r)), s(u, v) = u . v / temperature, over the
// distinct candidates j, each of which occurs in n_j rows of the batch. With log shares, log q_j is
// subtracted from the score of candidate j, because it occurs in a batch q_j times as often as in the
// catalogue. The score matrix is never stored as a whole. TensorFlow Recommenders' tasks.Retrieval; q_j is
// its candidate_sampling_probability.
#pragma once

#include <vector>

#include "shortlist/losses/loss.h"
#include "shortlist/losses/shared_softmax.h"
#include "shortlist/math/product.h"

namespace shortlist {

struct InBatchSoftmaxSettings {
  static constexpr const char* kName = "in_batch_softmax";
  double temperature = 1;

  template <typename Visitor>
  void fields(Visitor& visit) {
    visit("temperature", temperature, "Divides the scores of the loss", Range::above(0));
  }
  LossPtr make(const LossOptions& options) const;
};

class InBatchSoftmax final : public Loss {
 public:
  explicit InBatchSoftmax(float temperature, const LossOptions& options = {})
      : temperature_(temperature), options_(options), shared_(temperature) {}

  LossNeeds needs() const override { return {.embeddings = true}; }
  double run(ThreadPool& pool, const LossBatch& batch, double scale) override;
  double held_out(ThreadPool& pool, const HeldOutRows& held_out) override;
  LossWork work(const LossBatch& batch) const override;

 private:
  struct Worker {
    Buffer scores, scaled;
    std::vector<float> factors;
  };
  // The sum over the rows. `scale` applies to the gradients.
  double sum(ThreadPool& pool, const LossBatch& batch, double scale);
  double sum_uncorrected(ThreadPool& pool, const LossBatch& batch, double scale);
  double run_block(const LossBatch& batch, RowRange rows, float scale, Matrix dcandidates, bool first,
                   Worker& worker) const;

  float temperature_;
  LossOptions options_;
  SharedSoftmax shared_;
  std::vector<float> corrected_;  // n_j / q_j
  Panels candidates_, candidates_transposed_;
  std::vector<Worker> workers_;
  std::vector<Buffer> partial_;  // gradients of candidates, one per slot
  std::vector<double> losses_;
};

}  // namespace shortlist
