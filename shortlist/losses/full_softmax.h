// The softmax over all items: each row's item against the whole catalogue. loss = sum_p w_p (log sum_j n_j
// exp(s(u_p, v_j)) - s(u_p, v_p)), s(u, v) = u . v / temperature, where n_j is 1 for each item. The value is
// InBatchSoftmax's with these candidates; the work is divided for many more candidates than queries: a block
// of queries is compared with chunks of candidates, whose exponentials are kept until the block's sums are
// known. So the scores in memory are those of one block, and every product is computed once.
#pragma once

#include <vector>

#include "shortlist/losses/loss.h"
#include "shortlist/losses/softmax_row.h"
#include "shortlist/math/product.h"

namespace shortlist {

class FullSoftmax final : public Loss {
 public:
  explicit FullSoftmax(const LossOptions& options) : options_(options) {}

  LossNeeds needs() const override { return {.embeddings = true}; }
  double run(ThreadPool& pool, const LossBatch& batch, double scale) override;
  LossWork work(const LossBatch& batch) const override;

 private:
  // A chunk of candidates, and what it contributes to a block of queries.
  struct Chunk {
    RowRange range;
    Panels rows, transposed;       // its candidates
    std::vector<uint32_t> unused;  // candidates that do not count, from the first of the chunk
    Buffer scores, queries, dqueries;
    std::vector<float> highest, total;  // of each query
  };

  void pack(ThreadPool& pool, const LossBatch& batch);
  void run_chunk(const LossBatch& batch, Chunk& chunk, size_t queries);
  double finish_queries(const LossBatch& batch, const SoftmaxRules& rules, RowRange queries, double scale);
  void add_to_chunk(const LossBatch& batch, Chunk& chunk, RowRange queries, double scale) const;

  LossOptions options_;
  SameItems same_items_;
  std::vector<Chunk> chunks_;
  Buffer scaled_;                 // the block's queries / temperature
  std::vector<SoftmaxRow> rows_;  // of the block's queries
  std::vector<float> highest_;
};

}  // namespace shortlist
