// Retrieval losses that compare each pair's own candidate with negatives: those of the batch, which all pairs
// share, and those of single pairs. loss = sum_p w_p formula(s(u_p, v_p), {s(u_p, v_j)}),
// s(u, v) = u . v / temperature. A pair's own candidate is not one of its negatives; with
// AccidentalHits::item, neither are other candidates of its item.
#pragma once

#include <vector>

#include "shortlist/losses/loss.h"
#include "shortlist/losses/pair_formula.h"
#include "shortlist/losses/same_items.h"
#include "shortlist/math/product.h"

namespace shortlist {

class PairwiseLoss final : public Loss {
 public:
  PairwiseLoss(PairFormulaPtr formula, const LossOptions& options)
      : formula_(std::move(formula)), options_(options) {}

  LossNeeds needs() const override { return {.embeddings = true}; }
  double run(ThreadPool& pool, const LossBatch& batch, double scale) override;
  LossWork work(const LossBatch& batch) const override;

 private:
  struct Worker {
    Buffer scores, scaled;                           // of a block of queries
    std::vector<float> negatives, weights, slopes;   // of a pair: shared negatives, then its own
    std::vector<std::pair<size_t, float>> replaced;  // weights that differ for the pair, as they were
  };
  // A use of a candidate by a pair of this query, with the slope slopes_[slope].
  struct Use {
    uint32_t query, slope;
  };

  void find_shared(const LossBatch& batch);
  void pack_shared(ThreadPool& pool, const LossBatch& batch);
  double run_block(const LossBatch& batch, RowRange queries, double scale, Matrix dshared, bool first,
                   Worker& worker);
  double run_pair(const LossBatch& batch, size_t query, uint32_t pair, std::span<const float> shared,
                  double scale, Worker& worker);
  void exclude(const LossBatch& batch, size_t query, uint32_t pair, Worker& worker) const;
  double inverse_share(const LossBatch& batch, uint32_t candidate) const;
  void add_pair_to_query(const LossBatch& batch, size_t query, uint32_t pair) const;
  void find_uses(const LossBatch& batch);
  void add_candidates(ThreadPool& pool, const LossBatch& batch, size_t slots);

  PairFormulaPtr formula_;
  LossOptions options_;
  SameItems same_items_;
  std::vector<uint32_t> shared_;  // candidates that are negatives of all pairs
  std::vector<uint32_t> place_;   // of each candidate in shared_, or 0xffffffff
  std::vector<float> shared_weights_;
  double shared_count_ = 0;
  Buffer shared_rows_;
  Panels shared_panels_, shared_transposed_;
  size_t own_negatives_ = 0;           // the most of any pair
  std::vector<float> slopes_;          // of each pair: that of its own candidate, then of its own negatives
  std::vector<uint32_t> first_slope_;  // of each pair
  std::vector<uint32_t> use_offsets_;
  std::vector<Use> uses_;  // of each candidate
  std::vector<Worker> workers_;
  std::vector<Buffer> partial_;  // gradients of the shared candidates, one per slot
  std::vector<double> losses_;
};

}  // namespace shortlist
