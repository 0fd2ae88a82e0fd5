#include "shortlist/losses/pair_formula.h"

#include <algorithm>
#include <cmath>

#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// slopes = factor n_j sigmoid(s_j - shift). Returns factor times the sum of n_j softplus(s_j - shift).
double add_softplus(const PairScores& x, float shift, double factor, std::span<float> slopes) {
  double sum = 0;
  for (size_t j = 0; j < slopes.size(); ++j) slopes[j] = -std::abs(x.negatives[j] - shift);
  exp_sum(slopes, 0, {}, slopes);
  for (size_t j = 0; j < slopes.size(); ++j) {
    if (x.weights[j] == 0) {
      slopes[j] = 0;
      continue;
    }
    const double difference = static_cast<double>(x.negatives[j]) - shift, e = slopes[j];
    sum += x.weights[j] * (std::max(difference, 0.0) + std::log1p(e));
    slopes[j] = static_cast<float>(factor * x.weights[j] * (difference >= 0 ? 1 : e) / (1 + e));
  }
  return factor * sum;
}

// The sum of n_j max(0, s_j - threshold) and its slopes, times `factor`.
double add_hinge(const PairScores& x, double threshold, double factor, std::span<float> slopes) {
  double sum = 0;
  for (size_t j = 0; j < slopes.size(); ++j) {
    const double above = x.weights[j] == 0 ? 0 : std::max(0.0, x.negatives[j] - threshold);
    sum += x.weights[j] * above;
    slopes[j] = above > 0 ? static_cast<float>(factor * x.weights[j]) : 0;
  }
  return factor * sum;
}

double total(std::span<const float> slopes) {
  double sum = 0;
  for (const float slope : slopes) sum += slope;
  return sum;
}

class SampledSoftmaxFormula final : public PairFormula {
 public:
  bool is_corrected() const override { return true; }
  PairLoss at(const PairScores& x, std::span<float> slopes) const override {
    const float highest = std::max(x.own, max(x.negatives));
    const double others = exp_sum(x.negatives, highest, x.weights, slopes);
    const double own = x.own_weight * std::exp(static_cast<double>(x.own) - highest), z = own + others;
    scale(slopes, static_cast<float>(1 / z));
    return {highest + std::log(z) - x.own - std::log(x.own_weight), own / z - 1};
  }
};

class BprFormula final : public PairFormula {
 public:
  PairLoss at(const PairScores& x, std::span<float> slopes) const override {
    const double loss = add_softplus(x, x.own, x.count > 0 ? 1 / x.count : 0, slopes);
    return {loss, -total(slopes)};
  }
};

class HingeFormula final : public PairFormula {
 public:
  explicit HingeFormula(double margin) : margin_(margin) {}
  PairLoss at(const PairScores& x, std::span<float> slopes) const override {
    const double loss = add_hinge(x, x.own - margin_, x.count > 0 ? 1 / x.count : 0, slopes);
    return {loss, -total(slopes)};
  }

 private:
  double margin_;
};

class CosineContrastiveFormula final : public PairFormula {
 public:
  CosineContrastiveFormula(double margin, double weight) : margin_(margin), weight_(weight) {}
  PairLoss at(const PairScores& x, std::span<float> slopes) const override {
    return {1 - x.own + add_hinge(x, margin_, x.count > 0 ? weight_ / x.count : 0, slopes), -1};
  }

 private:
  double margin_, weight_;
};

class BinaryFormula final : public PairFormula {
 public:
  PairLoss at(const PairScores& x, std::span<float> slopes) const override {
    return {softplus(-x.own) + add_softplus(x, 0, 1, slopes), -sigmoid(-x.own)};
  }
};

class GbceFormula final : public PairFormula {
 public:
  explicit GbceFormula(double t) : t_(t) {}
  PairLoss at(const PairScores& x, std::span<float> slopes) const override {
    // With a = 1, every item is a negative and beta = 1.
    const double a = std::min(1.0, x.count / std::max(1.0, static_cast<double>(x.items) - 1));
    const double beta = t_ * (a - 1) + 1, factor = 1 / (1 + x.count);
    return {factor * beta * softplus(-x.own) + add_softplus(x, 0, factor, slopes),
            -factor * beta * sigmoid(-x.own)};
  }

 private:
  double t_;
};

}  // namespace

PairFormulaPtr sampled_softmax_formula() { return std::make_unique<SampledSoftmaxFormula>(); }
PairFormulaPtr bpr_formula() { return std::make_unique<BprFormula>(); }
PairFormulaPtr hinge_formula(double margin) { return std::make_unique<HingeFormula>(margin); }
PairFormulaPtr cosine_contrastive_formula(double margin, double weight) {
  return std::make_unique<CosineContrastiveFormula>(margin, weight);
}
PairFormulaPtr binary_formula() { return std::make_unique<BinaryFormula>(); }
PairFormulaPtr gbce_formula(double t) { return std::make_unique<GbceFormula>(t); }

}  // namespace shortlist
