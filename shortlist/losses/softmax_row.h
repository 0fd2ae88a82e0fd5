// The softmax of one query in which some candidates count differently for each of its pairs: a pair's own
// candidate once, the other copies of its item and excluded candidates not at all.
//
// For pair p of query u, with the own candidate c,
//   loss_p = w_p (log Z_p - s_c),
//   Z_p = b_c exp(s_c) + sum over j of a_pj exp(s_j),
// where a_pj is candidate j's weight n_j / q_j, or 0 if j is not a negative of p. The candidates whose a_pj
// depends on the pair are taken out of the scores, so the others need one sum for all pairs.
#pragma once

#include <span>
#include <vector>

#include "shortlist/losses/loss.h"
#include "shortlist/losses/same_items.h"

namespace shortlist {

// What the rows of a batch have in common.
struct SoftmaxRules {
  const LossBatch& batch;
  std::span<const float> weights;  // n_j / q_j of each candidate
  AccidentalHits accidental_hits;
  const SameItems& same_items;
  size_t hard_negatives;  // of each pair; 0: all

  // The weight of a copy of a candidate.
  double weight_of_one(uint32_t candidate) const;
  // b_c, the weight of a pair's own candidate.
  double own_weight(uint32_t candidate) const;
};

class SoftmaxRow {
 public:
  // Starts with a query. Then take() all of its scores, and finish().
  void begin(const SoftmaxRules& rules, size_t query);
  // Takes the scores of the candidates from `first` on that depend on the pair, and sets them to -inf.
  void take(std::span<float> scores, size_t first);
  // `total` is the sum over the remaining candidates of weight exp(s - highest).
  void finish(const SoftmaxRules& rules, float highest, double total);
  // The same if only the hard negatives count, from all scores - log q instead. There are no remaining
  // candidates then.
  void finish_hard(const SoftmaxRules& rules, std::span<const float> logits);

  double loss() const { return loss_; }
  // The gradient by the score of a remaining candidate is weight exp(s - highest) times this.
  double factor() const { return factor_; }
  // The candidates that were taken and have a gradient, ascending.
  struct Entry {
    uint32_t candidate;
    float score = 0;
    bool excluded = false;  // from the negatives of all pairs of the query
    double gradient = 0;
  };
  std::span<const Entry> entries() const { return entries_; }

 private:
  Entry& entry(uint32_t candidate);
  bool is_negative(const SoftmaxRules& rules, const Entry& entry, uint32_t own) const;
  void finish_pair(const SoftmaxRules& rules, uint32_t pair, float highest, double total);
  void finish_hard_pair(const SoftmaxRules& rules, uint32_t pair, std::span<const float> logits);

  size_t query_ = 0;
  std::vector<Entry> entries_;
  std::vector<uint32_t> order_;
  struct Chosen {
    uint32_t candidate;
    double weight;
  };
  std::vector<Chosen> chosen_;
  double loss_ = 0, factor_ = 0;
};

}  // namespace shortlist
