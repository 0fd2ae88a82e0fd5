// The retriever of a ranking-only model: returns every item, with score 0.
#pragma once

#include "shortlist/retrieval/retriever.h"

namespace shortlist {

class AllItems final : public Retriever {
 public:
  explicit AllItems(size_t items) : items_(items) {}

  size_t items() const override { return items_; }
  void score_all(const QueryBatch& queries, Matrix scores) const override;
  // Returns all allowed items and ignores k, because only the ranking knows which are best.
  std::vector<Found> retrieve(const QueryBatch& queries, size_t k, Eligible eligible,
                              LeftOutItems left_out) const override;
  bool has_scores() const override { return false; }
  double operations() const override { return 0; }
  size_t memory_bytes() const override { return sizeof(*this); }
  void save(RetrieverWriter&) const override {}

 private:
  size_t items_;
};

}  // namespace shortlist
