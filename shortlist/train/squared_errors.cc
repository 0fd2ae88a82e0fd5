#include "shortlist/train/squared_errors.h"

namespace shortlist {
namespace {

double sum_of_scores(const Task& task, const LossBatch& batch, RowRange scores) {
  const std::span<const uint32_t> rows = batch.rows_of_score.members;
  double sum = 0;
  for (size_t s = scores.begin; s < scores.end; ++s) {
    const float predicted = predicted_label(task.prediction, batch.scores.value(s, 0), task.label_scale);
    const auto add_row = [&](size_t row) {
      const double error = predicted - double{batch.labels[row]};
      sum += batch.weight(row) * error * error;
    };
    if (rows.empty()) {
      add_row(s);
    } else {
      for (uint32_t row : batch.rows_of_score[s]) add_row(row);
    }
  }
  return sum;
}

}  // namespace

double SquaredErrors::sum(ThreadPool& pool, const Task& task, const LossBatch& batch) {
  constexpr size_t kScoresATask = 256;
  const size_t scores = batch.scores.value.rows;
  parts_.assign(chunk_count(scores, kScoresATask), 0);
  pool.run(parts_.size(), [&](size_t i, int) {
    parts_[i] = sum_of_scores(task, batch, chunk_rows(scores, kScoresATask, i));
  });
  double sum = 0;
  for (double part : parts_) sum += part;
  return sum;
}

}  // namespace shortlist
