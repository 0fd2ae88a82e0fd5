#include "shortlist/learners/slim.h"

#include <algorithm>
#include <cmath>

#include "shortlist/learners/gram.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/math/top_k.h"

namespace shortlist {
namespace {

// Learns the weights to one item at a time.
class Descent {
 public:
  Descent(const float* gram, size_t items, const SlimSettings& settings)
      : gram_(gram), items_(items), settings_(settings) {}

  std::vector<Scored> weights_to(size_t item) {
    choose_candidates(item);
    const size_t m = candidates_.size();
    weights_.assign(m, 0.0f);
    predicted_.assign(m, 0.0f);
    // After each pass over all, the weights above 0 are repeated until they settle.
    for (int sweep = 0; sweep < settings_.sweeps; ++sweep) {
      if (pass(item, false) <= settings_.tolerance) break;
      for (; sweep + 1 < settings_.sweeps; ++sweep)
        if (pass(item, true) <= settings_.tolerance) break;
    }
    std::vector<Scored> found;
    for (size_t c = 0; c < m; ++c)
      if (weights_[c] > 0) found.push_back({candidates_[c], weights_[c]});
    return found;
  }

 private:
  const float* row(size_t item) const { return gram_ + item * items_; }

  // Numbers of common users are not negative, so a weight whose number is at most l1 stays 0.
  void choose_candidates(size_t item) {
    common_.assign(row(item), row(item) + items_);
    for (size_t i = 0; i < items_; ++i)
      if (i == item || !(common_[i] > settings_.l1)) common_[i] = NAN;
    TopK best(std::min(items_, static_cast<size_t>(settings_.candidates)));
    best.push(common_, 0);
    candidates_.clear();
    for (const Scored& scored : best.take()) candidates_.push_back(scored.index);
    std::ranges::sort(candidates_);
    const size_t m = candidates_.size();
    between_.resize(m * m);
    for (size_t a = 0; a < m; ++a)
      for (size_t b = 0; b < m; ++b) between_[a * m + b] = row(candidates_[a])[candidates_[b]];
  }

  // Returns the largest change. `predicted_` is the product of the candidates' Gram matrix and the weights.
  double pass(size_t item, bool only_positive) {
    const size_t m = candidates_.size();
    double largest = 0;
    for (size_t c = 0; c < m; ++c) {
      if (only_positive && weights_[c] == 0) continue;
      const double own = between_[c * m + c];
      const double rest = double{row(item)[candidates_[c]]} - predicted_[c] + own * weights_[c];
      const auto next = static_cast<float>(std::max(0.0, (rest - settings_.l1) / (own + settings_.l2)));
      const float change = next - weights_[c];
      if (change == 0) continue;
      weights_[c] = next;
      largest = std::max(largest, std::abs(double{change}));
      add_scaled(std::span(between_).subspan(c * m, m), change, predicted_);
    }
    return largest;
  }

  const float* gram_;
  const size_t items_;
  const SlimSettings& settings_;
  std::vector<float> common_, weights_, predicted_, between_;
  std::vector<uint32_t> candidates_;
};

class SlimLearner final : public ItemToItemLearner {
 public:
  SlimLearner(const LearnerInput& input, const SlimSettings& settings)
      : ItemToItemLearner(input, SlimSettings::kind), settings_(settings) {
    const auto n = static_cast<double>(input.prepared.data.items.ids.size());
    const double m = std::min(n, static_cast<double>(settings.candidates));
    check_memory(SlimSettings::kind, input.prepared.data.items.ids.size(),
                 4 * (n * n + m * m * input.pool.threads()));
  }

 protected:
  ItemToItem learn(const SparseMatrix& users, const std::atomic<bool>& stop) override {
    return {.sparse = slim_weights(users, settings_, input().pool, stop)};
  }

 private:
  const SlimSettings settings_;
};

}  // namespace

SparseMatrix slim_weights(const SparseMatrix& users, const SlimSettings& settings, ThreadPool& pool,
                          const std::atomic<bool>& stop) {
  const size_t n = users.cols;
  Buffer gram(n, n);
  fill_gram<float>(users, {gram.data(), n}, true, pool);
  std::vector<Descent> of_worker(static_cast<size_t>(pool.threads()), Descent(gram.data(), n, settings));
  std::vector<std::vector<Scored>> to(n);
  pool.run(n, [&](size_t item, int worker) {
    if (!stop) to[item] = of_worker[static_cast<size_t>(worker)].weights_to(item);
  });
  SparseMatrix by_target{.cols = n};
  for (const std::vector<Scored>& weights : to) by_target.add_row(weights);
  return transpose(by_target.view());
}

std::unique_ptr<Learner> SlimSettings::make_learner(const LearnerInput& input) const {
  return std::make_unique<SlimLearner>(input, *this);
}

}  // namespace shortlist
