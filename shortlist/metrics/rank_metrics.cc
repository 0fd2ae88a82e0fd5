#include "shortlist/metrics/rank_metrics.h"

#include <utility>

#include "shortlist/base/error.h"

namespace shortlist {

std::string top_k_name(int k) { return "top_" + std::to_string(k); }
std::string keras_top_k_name(int k) { return "keras_top_" + std::to_string(k); }

RankMetrics::RankMetrics(std::vector<int> ks)
    : ks_(std::move(ks)), hits_(ks_.size()), keras_hits_(ks_.size()) {
  for (int k : ks_) SHORTLIST_CHECK(k > 0);
}

void RankMetrics::add(Rank rank, double weight) {
  for (size_t i = 0; i < ks_.size(); ++i) {
    hits_[i] += weight * top_k_hit(rank, ks_[i]);
    keras_hits_[i] += weight * keras_top_k_hit(rank, ks_[i]);
  }
  reciprocal_ += weight / rank.position();
  position_ += weight * rank.position();
  weight_ += weight;
}

void RankMetrics::merge(const RankMetrics& other) {
  SHORTLIST_CHECK(ks_ == other.ks_);
  for (size_t i = 0; i < ks_.size(); ++i) {
    hits_[i] += other.hits_[i];
    keras_hits_[i] += other.keras_hits_[i];
  }
  reciprocal_ += other.reciprocal_;
  position_ += other.position_;
  weight_ += other.weight_;
}

Metrics RankMetrics::figures() const {
  const auto mean = [&](double sum) { return weight_ > 0 ? sum / weight_ : 0.0; };
  Metrics figures;
  for (size_t i = 0; i < ks_.size(); ++i) figures.emplace_back(top_k_name(ks_[i]), mean(hits_[i]));
  for (size_t i = 0; i < ks_.size(); ++i)
    figures.emplace_back(keras_top_k_name(ks_[i]), mean(keras_hits_[i]));
  figures.emplace_back("mrr", mean(reciprocal_));
  figures.emplace_back("mean_rank", mean(position_));
  return figures;
}

}  // namespace shortlist
