// Draws the negatives of retrieval losses from a dataset's items. A draw is a pure function of its stream and
// counter, so it depends neither on threads nor on earlier draws.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "shortlist/base/random.h"
#include "shortlist/losses/negatives.h"
#include "shortlist/synth/alias_table.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

class NegativeSampler {
 public:
  // Draws nothing.
  NegativeSampler() = default;
  // Draws from the items of the dataset's candidates. The dataset must outlive it.
  NegativeSampler(const Negatives& negatives, const Dataset& data);

  const Negatives& negatives() const { return negatives_; }
  // The first candidate of each item, in the order of the items: what is drawn from.
  std::span<const uint32_t> candidates() const { return candidates_; }
  // The position in candidates() of a candidate's item.
  uint32_t place(uint32_t candidate) const { return place_[item_of_candidate_[candidate]]; }

  // Draw i < negatives().drawn(): a candidate.
  uint32_t draw(const RandomStream& random, uint64_t i) const;

  // The probability that a negative is this candidate's item, if a pair's negatives are the draws and the
  // candidates of `rows` rows, each of which has the item with probability `share`.
  double probability(uint32_t candidate, double share, size_t rows) const;

 private:
  void count_popularity(const Dataset& data);

  Negatives negatives_;
  std::span<const uint32_t> item_of_candidate_;
  std::vector<uint32_t> candidates_, place_;  // place_: of each item in candidates_
  std::vector<double> popularity_;            // probability of each of candidates_ in a draw by popularity
  std::optional<AliasTable> table_;
};

}  // namespace shortlist
