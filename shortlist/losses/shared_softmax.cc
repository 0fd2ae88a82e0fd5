#include "shortlist/losses/shared_softmax.h"

#include <algorithm>
#include <cmath>

#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

constexpr size_t kScoresABlock = 48 * 1024, kMostCandidates = 16 * 1024;
// If a batch's sum is this small relative to the highest score of all candidates, its exponentials have lost
// precision.
constexpr float kLeastSum = 1e-25f;

size_t rows_a_block(size_t candidates) {
  return std::clamp<size_t>(kScoresABlock / std::max<size_t>(1, candidates) / 12 * 12, 12, 96);
}

}  // namespace

bool SharedSoftmax::pays(const BatchedRows& work) {
  constexpr double kExponential = 16;  // cost in operations
  const auto product = [](size_t a, size_t b) { return static_cast<double>(a) * static_cast<double>(b); };
  const size_t u = work.queries.rows, v = work.candidates.rows;
  const double score = 2 * static_cast<double>(work.queries.cols) + kExponential,
               batches = static_cast<double>(work.batches());
  const double apart = batches * product(std::min(u, work.batch), std::min(v, work.batch)) * score;
  return v <= kMostCandidates && 2 * product(u, v) * (score + 2 * batches) < apart;
}

std::vector<double> SharedSoftmax::run(ThreadPool& pool, const BatchedRows& work) {
  count_candidates(work);
  group_rows(work);
  candidate_panels_.pack_transposed(work.candidates);
  workers_.resize(static_cast<size_t>(pool.threads()));
  const size_t block = rows_a_block(work.candidates.rows), blocks = chunk_count(work.queries.rows, block),
               batches = work.batches();
  std::vector<double> parts(blocks * batches), losses(batches);
  pool.run(blocks, [&](size_t i, int worker) {
    run_block(work, chunk_rows(work.queries.rows, block, i), std::span(parts).subspan(i * batches, batches),
              workers_[static_cast<size_t>(worker)]);
  });
  for (size_t i = 0; i < parts.size(); ++i) losses[i % batches] += parts[i];
  return losses;
}

void SharedSoftmax::count_candidates(const BatchedRows& work) {
  const size_t v = work.candidates.rows, batches = work.batches();
  counts_.reserve(v * batches);
  const Matrix counts = counts_.view(v, batches);
  fill(counts_.span().first(v * batches), 0);
  for (size_t r = 0; r < work.rows(); ++r) counts(work.candidate[r], r / work.batch) += 1;
  for (size_t j = 0; j < work.candidate_log_share.size(); ++j)
    scale(counts.row_span(j), std::exp(-work.candidate_log_share[j]));
  count_panels_.pack(counts);
}

void SharedSoftmax::group_rows(const BatchedRows& work) {
  offsets_.assign(work.queries.rows + 2, 0);
  for (uint32_t u : work.query) ++offsets_[u + 2];
  for (size_t u = 2; u < offsets_.size(); ++u) offsets_[u] += offsets_[u - 1];
  rows_.resize(work.rows());
  for (uint32_t r = 0; r < work.rows(); ++r) rows_[offsets_[work.query[r] + 1]++] = r;
}

void SharedSoftmax::run_block(const BatchedRows& work, RowRange block, std::span<double> losses,
                              Worker& worker) const {
  const size_t v = work.candidates.rows, d = work.queries.cols, batches = work.batches();
  worker.queries.reserve(block.size() * d);
  worker.scores.reserve(block.size() * v);
  worker.sums.reserve(block.size() * batches);
  const Matrix queries = worker.queries.view(block.size(), d), scores = worker.scores.view(block.size(), v),
               sums = worker.sums.view(block.size(), batches);
  for (size_t i = 0; i < block.size(); ++i) {
    std::copy_n(work.queries.row(block.begin + i), d, queries.row(i));
    scale(queries.row_span(i), 1 / temperature_);
  }
  multiply(queries, candidate_panels_, scores);
  std::vector<float> highest(block.size());
  for (size_t i = 0; i < block.size(); ++i) {
    const std::span<float> s = scores.row_span(i);
    for (size_t at = offsets_[block.begin + i]; at < offsets_[block.begin + i + 1]; ++at) {
      const uint32_t r = rows_[at], j = work.candidate[r];
      const double share = work.candidate_log_share.empty() ? 0 : work.candidate_log_share[j];
      losses[r / work.batch] -= work.weight_of(r) * (s[j] - share);
    }
    highest[i] = max(s);
    exp_sum(s, highest[i], {}, s);
  }
  multiply(scores, count_panels_, sums);
  for (size_t i = 0; i < block.size(); ++i) {
    const size_t end = offsets_[block.begin + i + 1];
    for (size_t at = offsets_[block.begin + i]; at < end;) {
      const size_t b = rows_[at] / work.batch;
      double weight = 0;
      for (; at < end && rows_[at] / work.batch == b; ++at) weight += work.weight_of(rows_[at]);
      const float sum = sums(i, b);
      losses[b] += weight * (sum >= kLeastSum ? highest[i] + std::log(static_cast<double>(sum))
                                              : log_sum(work, queries.slice(i, i + 1), b, worker));
    }
  }
}

double SharedSoftmax::log_sum(const BatchedRows& work, ConstMatrix query, size_t batch,
                              Worker& worker) const {
  const ConstMatrix counts = counts_.view(work.candidates.rows, work.batches());
  std::vector<uint32_t> present;
  std::vector<float> count;
  for (uint32_t j = 0; j < counts.rows; ++j) {
    if (counts(j, batch) == 0) continue;
    present.push_back(j);
    count.push_back(counts(j, batch));
  }
  worker.panels.pack_transposed(work.candidates, present);
  std::vector<float> scores(present.size());
  multiply(query, worker.panels, Matrix{scores.data(), 1, scores.size(), scores.size()});
  const float highest = max(scores);
  return highest + std::log(static_cast<double>(exp_sum(scores, highest, count, scores)));
}

}  // namespace shortlist
