#include "shortlist/losses/in_batch_softmax.h"

#include <algorithm>
#include <cmath>

#include "shortlist/math/elementwise.h"
#include "shortlist/math/tiles.h"

namespace shortlist {
namespace {

constexpr size_t kSlots = 8;                 // partial sums of the candidates' gradients
constexpr size_t kScoresABlock = 48 * 1024;  // so that a block of scores stays in a core's own cache
constexpr size_t kLeastRowsABlock = 48;      // else candidates pass by for too little work
constexpr size_t kRowsATask = 64;
constexpr size_t kFloatsALine = 16;  // of the cache

size_t rows_a_block(size_t candidates, Precision precision) {
  if (precision != Precision::float32) return 2 * kTileInner;
  return std::clamp<size_t>(kScoresABlock / std::max<size_t>(1, candidates) / 12 * 12, kLeastRowsABlock, 96);
}

}  // namespace

// Taking log q_j off each score multiplies what candidate j adds to the sum of exponentials by 1 / q_j, and
// moves the loss by a constant.
double InBatchSoftmax::run(ThreadPool& pool, const SoftmaxBatch& batch, double scale, Matrix dqueries,
                           Matrix dcandidates) {
  if (batch.candidate_log_share.empty()) return run_plain(pool, batch, scale, dqueries, dcandidates);
  SoftmaxBatch corrected = batch;
  corrected_.assign(batch.candidate_multiplicity.begin(), batch.candidate_multiplicity.end());
  for (size_t j = 0; j < corrected_.size(); ++j) corrected_[j] *= std::exp(-batch.candidate_log_share[j]);
  corrected.candidate_multiplicity = corrected_;
  double constant = 0;
  for (size_t pair = 0; pair < batch.pair_weight.size(); ++pair) {
    constant +=
        static_cast<double>(batch.pair_weight[pair]) * batch.candidate_log_share[batch.pair_candidate[pair]];
  }
  return constant + run_plain(pool, corrected, scale, dqueries, dcandidates);
}

double InBatchSoftmax::run_plain(ThreadPool& pool, const SoftmaxBatch& batch, double scale, Matrix dqueries,
                                 Matrix dcandidates) {
  const size_t block_rows = rows_a_block(batch.candidates.rows, precision_);
  const size_t blocks = chunk_count(batch.queries.rows, block_rows);
  const size_t slots = std::min(kSlots, blocks);
  const size_t d = batch.candidates.cols;
  workers_.resize(static_cast<size_t>(pool.threads()));
  partial_.resize(std::max(slots, partial_.size()));
  losses_.assign(slots, 0);
  candidates_.resize(batch.candidates.rows, d, precision_);
  candidates_transposed_.resize(d, batch.candidates.rows, precision_);
  constexpr size_t kPanelsATask = 8;
  pool.run(chunk_count(candidates_transposed_.count(), kPanelsATask), [&](size_t i, int) {
    const RowRange panels = chunk_rows(candidates_transposed_.count(), kPanelsATask, i);
    candidates_transposed_.pack_transposed(batch.candidates, panels.begin, panels.end);
    if (dqueries.data == nullptr) return;
    const size_t first = panels.begin * Panels::kPanelColumns;
    const size_t last = std::min(batch.candidates.rows, panels.end * Panels::kPanelColumns);
    candidates_.pack_rows(batch.candidates.slice(first, last), first);
  });
  pool.run(slots, [&](size_t slot, int worker) {
    Buffer& partial = partial_[slot];
    partial.reserve(batch.candidates.rows * d);
    const RowRange own = {slot * blocks / slots, (slot + 1) * blocks / slots};
    for (size_t b = own.begin; b < own.end; ++b) {
      const RowRange rows = chunk_rows(batch.queries.rows, block_rows, b);
      losses_[slot] +=
          run_block(batch, rows, static_cast<float>(scale), dqueries, partial.view(batch.candidates.rows, d),
                    b == own.begin, workers_[static_cast<size_t>(worker)]);
    }
  });
  pool.run(dcandidates.data != nullptr ? chunk_count(batch.candidates.rows, kRowsATask) : 0,
           [&](size_t i, int) {
             const RowRange rows = chunk_rows(batch.candidates.rows, kRowsATask, i);
             for (size_t r = rows.begin; r < rows.end; ++r) {
               const std::span<float> to = dcandidates.row_span(r);
               fill(to, 0);
               for (size_t slot = 0; slot < slots; ++slot) add({partial_[slot].data() + r * d, d}, to);
             }
           });
  double loss = 0;
  for (double part : losses_) loss += part;
  return loss;
}

double InBatchSoftmax::run_block(const SoftmaxBatch& batch, RowRange rows, float scale, Matrix dqueries,
                                 Matrix dcandidates, bool first, Worker& worker) const {
  const size_t columns = batch.candidates.rows, d = batch.queries.cols;
  const size_t stride = chunk_count(columns, kFloatsALine) * kFloatsALine;
  worker.scores.reserve(rows.size() * stride);
  worker.scaled.reserve(rows.size() * d);
  worker.factors.resize(rows.size());
  const Matrix scores = worker.scores.view(rows.size(), columns, stride),
               queries = worker.scaled.view(rows.size(), d);
  for (size_t r = 0; r < rows.size(); ++r) {
    std::copy_n(batch.queries.row(rows.begin + r), d, queries.row(r));
    shortlist::scale(queries.row_span(r), 1 / temperature_);
  }
  multiply(queries, candidates_transposed_, scores);
  double loss = 0;
  for (size_t r = 0; r < rows.size(); ++r) {
    const std::span<float> s = scores.row_span(r);
    const size_t u = rows.begin + r;
    const float highest = max(s);
    double weight = 0, positives = 0;
    for (uint32_t i = batch.offsets[u]; i < batch.offsets[u + 1]; ++i) {
      const uint32_t pair = batch.pairs[i];
      weight += batch.pair_weight[pair];
      positives += static_cast<double>(batch.pair_weight[pair]) * s[batch.pair_candidate[pair]];
    }
    const float total = exp_sum(s, highest, batch.candidate_multiplicity, s);
    loss += weight * (highest + std::log(static_cast<double>(total))) - positives;
    if (dqueries.data == nullptr) continue;
    // What makes the gradient by the scores weight n_j p_j, less the positives' weights, is left to the short
    // rows that the scores multiply and make; here it is in units of 1 / factor.
    const double unit = weight != 0 ? total / weight : 1;
    if (weight == 0) fill(s, 0);
    worker.factors[r] = static_cast<float>(scale / unit);
    for (uint32_t i = batch.offsets[u]; i < batch.offsets[u + 1]; ++i) {
      const uint32_t pair = batch.pairs[i];
      s[batch.pair_candidate[pair]] -= static_cast<float>(batch.pair_weight[pair] * unit);
    }
  }
  if (dqueries.data == nullptr) return loss;
  multiply(scores, candidates_, dqueries.slice(rows.begin, rows.end));
  for (size_t r = 0; r < rows.size(); ++r) {
    shortlist::scale(dqueries.row_span(rows.begin + r), worker.factors[r] / temperature_);
    shortlist::scale(queries.row_span(r), worker.factors[r]);
  }
  multiply_transposed(scores, queries, dcandidates, !first, precision_);
  return loss;
}

}  // namespace shortlist
