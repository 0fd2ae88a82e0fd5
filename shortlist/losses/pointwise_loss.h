// Losses of one score and one label per row, averaged over the rows. A Formula is a value type with
//   LossAt at(double score, double label) const;
// which is inlined into the loop over rows to avoid a call per row.
#pragma once

#include <vector>

#include "shortlist/losses/loss.h"

namespace shortlist {

// A row's loss and its derivative with respect to the score.
struct LossAt {
  double loss, derivative;
};

template <typename Formula>
class PointwiseLoss final : public Loss {
 public:
  explicit PointwiseLoss(const Formula& formula) : formula_(formula) {}

  LossNeeds needs() const override { return {.scores = true}; }

  double run(ThreadPool& pool, const LossBatch& batch, double scale) override {
    constexpr size_t kScoresATask = 256;
    const size_t scores = batch.scores.value.rows;
    const auto rows = static_cast<double>(batch.rows);
    parts_.assign(chunk_count(scores, kScoresATask), 0);
    pool.run(parts_.size(), [&](size_t i, int) {
      parts_[i] = run_scores(batch, chunk_rows(scores, kScoresATask, i), scale / rows);
    });
    double sum = 0;
    for (double part : parts_) sum += part;
    return sum / rows;
  }

  // The mean over all rows does not depend on the batches.
  double held_out(ThreadPool&, const HeldOutRows& held) override {
    double sum = 0;
    for (size_t r = 0; r < held.rows; ++r) {
      const double label = held.label_scale.standardized(held.labels[r]);
      sum += held.weights[r] * formula_.at(held.scores[held.score[r]], label).loss;
    }
    return sum / static_cast<double>(std::max<size_t>(1, held.rows));
  }

 private:
  // Returns the sum of the losses of a range of scores and writes their gradients.
  double run_scores(const LossBatch& batch, RowRange range, double scale) const {
    constexpr size_t kAhead =
        16;  // prefetch distance: the rows of a shuffled batch are far apart in a column
    const std::span<const uint32_t> rows = batch.rows_of_score.members;
    double sum = 0;
    for (size_t s = range.begin; s < range.end; ++s) {
      const double score = batch.scores.value(s, 0);
      float slope = 0;
      const auto add_row = [&](size_t row) {
        const LossAt at = formula_.at(score, batch.label(row));
        sum += batch.weight(row) * at.loss;
        slope += static_cast<float>(scale * batch.weight(row) * at.derivative);
      };
      if (rows.empty()) {
        if (s + kAhead < range.end) expect(batch, s + kAhead);
        add_row(s);
      } else {
        for (size_t i = batch.rows_of_score.offsets[s]; i < batch.rows_of_score.offsets[s + 1]; ++i) {
          if (i + kAhead < rows.size()) expect(batch, rows[i + kAhead]);
          add_row(rows[i]);
        }
      }
      if (batch.scores.gradient.data != nullptr) batch.scores.gradient(s, 0) = slope;
    }
    return sum;
  }

  static void expect(const LossBatch& batch, size_t row) {
    batch.labels.expect(row);
    batch.weights.expect(row);
  }

  Formula formula_;
  std::vector<double> parts_;  // sums of losses, one per task
};

}  // namespace shortlist
