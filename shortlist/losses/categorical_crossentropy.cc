#include "shortlist/losses/categorical_crossentropy.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace shortlist {
namespace {

double log_sum_exp(std::span<const float> x) {
  const double highest = *std::ranges::max_element(x);
  double sum = 0;
  for (const float value : x) sum += std::exp(value - highest);
  return highest + std::log(sum);
}

class Crossentropy final : public Loss {
 public:
  LossNeeds needs() const override { return {.scores = true}; }

  double run(ThreadPool& pool, const LossBatch& batch, double scale) override {
    constexpr size_t kScoresATask = 128;
    const size_t scores = batch.scores.value.rows;
    parts_.assign(chunk_count(scores, kScoresATask), 0);
    pool.run(parts_.size(), [&](size_t task, int) {
      const RowRange range = chunk_rows(scores, kScoresATask, task);
      for (size_t s = range.begin; s < range.end; ++s)
        parts_[task] += run_score(batch, s, scale / static_cast<double>(batch.rows));
    });
    return std::accumulate(parts_.begin(), parts_.end(), 0.0) / static_cast<double>(batch.rows);
  }

  // The mean over all rows does not depend on the batches.
  double held_out(ThreadPool&, const HeldOutRows& held) override {
    double sum = 0;
    for (size_t r = 0; r < held.rows; ++r) {
      const std::span<const float> x =
          held.scores.subspan(held.score[r] * held.score_width, held.score_width);
      sum += held.weights[r] * (log_sum_exp(x) - x[static_cast<size_t>(held.labels[r])]);
    }
    return sum / static_cast<double>(std::max<size_t>(1, held.rows));
  }

 private:
  // Returns the loss of the rows of a score and writes its gradient: weight softmax(x) minus the weights of
  // the rows with each label.
  static double run_score(const LossBatch& batch, size_t s, double scale) {
    const std::span<const float> x = batch.scores.value.row_span(s);
    const double log_sum = log_sum_exp(x);
    const bool has_gradient = batch.scores.gradient.data != nullptr;
    const std::span<float> slopes = has_gradient ? batch.scores.gradient.row_span(s) : std::span<float>();
    std::ranges::fill(slopes, 0.0f);
    double sum = 0, total = 0;
    const auto add_row = [&](size_t row) {
      const auto label = static_cast<size_t>(batch.labels[row]);
      SHORTLIST_CHECK(label < x.size());
      const double weight = batch.weight(row);
      total += weight;
      sum += weight * (log_sum - x[label]);
      if (has_gradient) slopes[label] -= static_cast<float>(scale * weight);
    };
    if (batch.rows_of_score.offsets.empty()) {
      add_row(s);
    } else {
      for (const uint32_t row : batch.rows_of_score[s]) add_row(row);
    }
    for (size_t k = 0; k < slopes.size(); ++k)
      slopes[k] += static_cast<float>(scale * total * std::exp(x[k] - log_sum));
    return sum;
  }

  std::vector<double> parts_;  // sums of losses, one per task
};

}  // namespace

LossPtr CategoricalCrossentropy::make() const { return std::make_unique<Crossentropy>(); }

}  // namespace shortlist
