#include "shortlist/losses/group_loss.h"

#include <numeric>

namespace shortlist {
namespace {

constexpr size_t kGroupsATask = 8;
constexpr size_t kScoresATask = 256;

// The number of rows of the batch that are in a group.
size_t row_count(const LossBatch& batch) {
  return batch.rows_of_score.offsets.empty() ? batch.scores.value.rows : batch.rows_of_score.members.size();
}

void find_scores(const LossBatch& batch, std::vector<uint32_t>& score_of_row) {
  score_of_row.resize(row_count(batch));
  if (batch.rows_of_score.offsets.empty()) return std::iota(score_of_row.begin(), score_of_row.end(), 0);
  for (size_t s = 0; s < batch.rows_of_score.size(); ++s)
    for (const uint32_t row : batch.rows_of_score[s]) score_of_row[row] = static_cast<uint32_t>(s);
}

}  // namespace

double GroupLoss::run_group(const LossBatch& batch, std::span<const uint32_t> rows, Worker& worker) {
  worker.scores.clear(), worker.labels.clear(), worker.weights.clear(), worker.rows.clear();
  for (const uint32_t row : rows) {
    const double label = batch.label(row);
    if (label < 0) continue;
    worker.rows.push_back(row);
    worker.labels.push_back(label);
    worker.scores.push_back(batch.scores.value(score_of_row_[row], 0));
    worker.weights.push_back(batch.weight(row));
  }
  worker.slopes.assign(worker.rows.size(), 0);
  const double loss = at({worker.scores, worker.labels, worker.weights, worker.slopes});
  for (size_t i = 0; i < worker.rows.size(); ++i) slope_of_row_[worker.rows[i]] = worker.slopes[i];
  return loss;
}

// Rows of one score may be in several groups.
void GroupLoss::write_gradient(ThreadPool& pool, const LossBatch& batch, double scale) const {
  const Matrix gradient = batch.scores.gradient;
  if (gradient.data == nullptr) return;
  pool.run(chunk_count(gradient.rows, kScoresATask), [&](size_t task, int) {
    const RowRange range = chunk_rows(gradient.rows, kScoresATask, task);
    for (size_t s = range.begin; s < range.end; ++s) {
      double slope = 0;
      if (batch.rows_of_score.offsets.empty()) {
        slope = slope_of_row_[s];
      } else {
        for (const uint32_t row : batch.rows_of_score[s]) slope += slope_of_row_[row];
      }
      gradient(s, 0) = static_cast<float>(scale * slope);
    }
  });
}

double GroupLoss::run(ThreadPool& pool, const LossBatch& batch, double scale) {
  const Groups& groups = batch.rows_of_group;
  find_scores(batch, score_of_row_);
  slope_of_row_.assign(score_of_row_.size(), 0);
  loss_of_group_.resize(groups.size());
  workers_.resize(static_cast<size_t>(pool.threads()));
  pool.run(chunk_count(groups.size(), kGroupsATask), [&](size_t task, int worker) {
    const RowRange range = chunk_rows(groups.size(), kGroupsATask, task);
    for (size_t g = range.begin; g < range.end; ++g)
      loss_of_group_[g] = run_group(batch, groups[g], workers_[static_cast<size_t>(worker)]);
  });
  const size_t divisor = is_over_groups() ? (batch.groups > 0 ? batch.groups : groups.size()) : batch.rows;
  const double share = 1 / static_cast<double>(std::max<size_t>(1, divisor));
  write_gradient(pool, batch, scale * share);
  return share * std::accumulate(loss_of_group_.begin(), loss_of_group_.end(), 0.0);
}

double GroupLoss::held_out(ThreadPool& pool, const HeldOutRows& held) {
  std::vector<float> scores(held.rows);
  for (size_t r = 0; r < held.rows; ++r) scores[r] = held.scores[held.score[r]];
  return run(pool,
             {.rows = held.rows,
              .scores = {{scores.data(), held.rows, 1, 1}, {}},
              .labels = held.labels,
              .weights = held.weights,
              .label_scale = held.label_scale,
              .rows_of_group = held.rows_of_group},
             1);
}

}  // namespace shortlist
