// Losses of a pair's own score and the scores of its negatives.
#pragma once

#include <memory>
#include <span>

namespace shortlist {

// A pair's own score s, the scores s_j of its negatives and how often each counts, n_j. Excluded negatives
// have the score -inf and n_j = 0.
struct PairScores {
  float own = 0;
  std::span<const float> negatives, weights;
  double count = 0;  // the sum of n_j
  size_t items = 0;  // in the catalogue
  // If the formula is corrected: 1 / q of the own candidate; the weights are n_j / q_j.
  double own_weight = 1;
};

// A pair's loss and its derivative with respect to the own score.
struct PairLoss {
  double loss = 0, own_slope = 0;
};

class PairFormula {
 public:
  virtual ~PairFormula() = default;
  // Also writes the derivative with respect to each negative's score.
  virtual PairLoss at(const PairScores& scores, std::span<float> slopes) const = 0;
  // Whether it corrects for the frequency with which candidates are sampled.
  virtual bool is_corrected() const { return false; }
};
using PairFormulaPtr = std::unique_ptr<const PairFormula>;

// log(b exp(s) + sum_j n_j exp(s_j)) - s - log b, the softmax over the own candidate and its negatives. Jean
// et al. 2015, "On using very large target vocabulary for neural machine translation".
PairFormulaPtr sampled_softmax_formula();
// The mean over the negatives of -log sigmoid(s - s_j). Rendle et al. 2009, "BPR: Bayesian personalized
// ranking from implicit feedback".
PairFormulaPtr bpr_formula();
// The mean over the negatives of max(0, margin - s + s_j), the triplet loss.
PairFormulaPtr hinge_formula(double margin);
// 1 - s + weight times the mean over the negatives of max(0, s_j - margin), for cosines. Mao et al. 2021,
// "SimpleX: a simple and strong baseline for collaborative filtering".
PairFormulaPtr cosine_contrastive_formula(double margin, double weight);
// -log sigmoid(s) - sum_j n_j log(1 - sigmoid(s_j)). Kang and McAuley 2018, "Self-attentive sequential
// recommendation".
PairFormulaPtr binary_formula();
// (-beta log sigmoid(s) - sum_j n_j log(1 - sigmoid(s_j))) / (1 + sum_j n_j), where
// beta = a (t (1 - 1/a) + 1/a) for the sampling rate a = sum_j n_j / (items - 1). Petrov and Macdonald 2023,
// "gSASRec: reducing overconfidence in sequential recommendation trained with negative sampling".
PairFormulaPtr gbce_formula(double t);

}  // namespace shortlist
