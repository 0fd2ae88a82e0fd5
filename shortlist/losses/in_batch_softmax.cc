#include "shortlist/losses/in_batch_softmax.h"

#include <algorithm>
#include <cmath>

#include "shortlist/math/elementwise.h"
#include "shortlist/math/tiles.h"

namespace shortlist {
namespace {

constexpr size_t kSlots = 8;                 // partial sums of the candidates' gradients
constexpr size_t kScoresABlock = 48 * 1024;  // so that a block of scores fits a core's own cache
constexpr size_t kLeastRowsABlock = 48;      // with fewer rows, streaming the candidates dominates
constexpr size_t kRowsATask = 64;
constexpr size_t kFloatsALine = 16;  // per cache line

size_t rows_a_block(size_t candidates, Precision precision) {
  if (precision != Precision::float32) return 2 * kTileInner;
  return std::clamp<size_t>(kScoresABlock / std::max<size_t>(1, candidates) / 12 * 12, kLeastRowsABlock, 96);
}

}  // namespace

LossPtr InBatchSoftmaxSettings::make(const LossOptions& options) const {
  return std::make_unique<InBatchSoftmax>(static_cast<float>(temperature), options);
}

double InBatchSoftmax::run(ThreadPool& pool, const LossBatch& batch, double scale) {
  const double share = options_.reduction == Reduction::mean ? 1.0 / static_cast<double>(batch.rows) : 1;
  return share * sum(pool, batch, share * scale);
}

double InBatchSoftmax::held_out(ThreadPool& pool, const HeldOutRows& held) {
  const BatchedRows rows{held.queries,    held.candidates,         held.batch, held.query, held.candidate,
                         held.row_weight, held.candidate_log_share};
  std::vector<double> sums;  // per batch
  if (SharedSoftmax::pays(rows)) {
    sums = shared_.run(pool, rows);
  } else {
    held.for_each_batch([&](const LossBatch& batch) { sums.push_back(sum(pool, batch, 1)); });
  }
  double total = 0;
  for (size_t b = 0; b < sums.size(); ++b) {
    total += options_.reduction == Reduction::mean ? sums[b] : sums[b] * static_cast<double>(held.rows_of(b));
  }
  return total / static_cast<double>(held.rows);
}

LossWork InBatchSoftmax::work(const LossBatch& batch) const {
  const ConstMatrix &queries = batch.queries.value, &candidates = batch.candidates.value;
  const double multiply_adds =
      3.0 * static_cast<double>(queries.rows) * static_cast<double>(candidates.rows * queries.cols);
  const auto numbers = static_cast<double>((queries.rows + candidates.rows) * queries.cols);
  return {.operations = 2 * multiply_adds, .bytes = 8 * numbers};
}

// Subtracting log q_j from each score multiplies candidate j's term in the sum of exponentials by 1 / q_j,
// and shifts the loss by a constant.
double InBatchSoftmax::sum(ThreadPool& pool, const LossBatch& batch, double scale) {
  if (batch.candidate_log_share.empty()) return sum_uncorrected(pool, batch, scale);
  LossBatch corrected = batch;
  corrected_.assign(batch.candidate_multiplicity.begin(), batch.candidate_multiplicity.end());
  for (size_t j = 0; j < corrected_.size(); ++j) corrected_[j] *= std::exp(-batch.candidate_log_share[j]);
  corrected.candidate_multiplicity = corrected_;
  double constant = 0;
  for (size_t pair = 0; pair < batch.pair_weight.size(); ++pair) {
    constant +=
        static_cast<double>(batch.pair_weight[pair]) * batch.candidate_log_share[batch.pair_candidate[pair]];
  }
  return constant + sum_uncorrected(pool, corrected, scale);
}

double InBatchSoftmax::sum_uncorrected(ThreadPool& pool, const LossBatch& batch, double scale) {
  const ConstMatrix &queries = batch.queries.value, &candidates = batch.candidates.value;
  const Matrix &dqueries = batch.queries.gradient, &dcandidates = batch.candidates.gradient;
  const size_t block_rows = rows_a_block(candidates.rows, options_.precision);
  const size_t blocks = chunk_count(queries.rows, block_rows);
  const size_t slots = std::min(kSlots, blocks);
  const size_t d = candidates.cols;
  workers_.resize(static_cast<size_t>(pool.threads()));
  partial_.resize(std::max(slots, partial_.size()));
  losses_.assign(slots, 0);
  candidates_.resize(candidates.rows, d, options_.precision);
  candidates_transposed_.resize(d, candidates.rows, options_.precision);
  constexpr size_t kPanelsATask = 8;
  pool.run(chunk_count(candidates_transposed_.count(), kPanelsATask), [&](size_t i, int) {
    const RowRange panels = chunk_rows(candidates_transposed_.count(), kPanelsATask, i);
    candidates_transposed_.pack_transposed(candidates, panels.begin, panels.end);
    if (dqueries.data == nullptr) return;
    const size_t first = panels.begin * Panels::kPanelColumns;
    const size_t last = std::min(candidates.rows, panels.end * Panels::kPanelColumns);
    candidates_.pack_rows(candidates.slice(first, last), first);
  });
  pool.run(slots, [&](size_t slot, int worker) {
    Buffer& partial = partial_[slot];
    partial.reserve(candidates.rows * d);
    const RowRange own = {slot * blocks / slots, (slot + 1) * blocks / slots};
    for (size_t b = own.begin; b < own.end; ++b) {
      const RowRange rows = chunk_rows(queries.rows, block_rows, b);
      losses_[slot] += run_block(batch, rows, static_cast<float>(scale), partial.view(candidates.rows, d),
                                 b == own.begin, workers_[static_cast<size_t>(worker)]);
    }
  });
  pool.run(dcandidates.data != nullptr ? chunk_count(candidates.rows, kRowsATask) : 0, [&](size_t i, int) {
    const RowRange rows = chunk_rows(candidates.rows, kRowsATask, i);
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

double InBatchSoftmax::run_block(const LossBatch& batch, RowRange rows, float scale, Matrix dcandidates,
                                 bool first, Worker& worker) const {
  const Matrix dqueries = batch.queries.gradient;
  const size_t columns = batch.candidates.value.rows, d = batch.queries.value.cols;
  const size_t stride = chunk_count(columns, kFloatsALine) * kFloatsALine;
  worker.scores.reserve(rows.size() * stride);
  worker.scaled.reserve(rows.size() * d);
  worker.factors.resize(rows.size());
  const Matrix scores = worker.scores.view(rows.size(), columns, stride),
               queries = worker.scaled.view(rows.size(), d);
  for (size_t r = 0; r < rows.size(); ++r) {
    std::copy_n(batch.queries.value.row(rows.begin + r), d, queries.row(r));
    shortlist::scale(queries.row_span(r), 1 / temperature_);
  }
  multiply(queries, candidates_transposed_, scores);
  double loss = 0;
  for (size_t r = 0; r < rows.size(); ++r) {
    const std::span<float> s = scores.row_span(r);
    const size_t u = rows.begin + r;
    const float highest = max(s);
    double weight = 0, positives = 0;
    for (const uint32_t pair : batch.pairs_of_query[u]) {
      weight += batch.pair_weight[pair];
      positives += static_cast<double>(batch.pair_weight[pair]) * s[batch.pair_candidate[pair]];
    }
    const float total = exp_sum(s, highest, batch.candidate_multiplicity, s);
    loss += weight * (highest + std::log(static_cast<double>(total))) - positives;
    if (dqueries.data == nullptr) continue;
    // The gradient with respect to the scores is weight n_j p_j minus the positives' weights. Its
    // normalisation is applied to the short rows before and after the products with the scores; here it is in
    // units of 1 / factor.
    const double unit = weight != 0 ? total / weight : 1;
    if (weight == 0) fill(s, 0);
    worker.factors[r] = static_cast<float>(scale / unit);
    for (const uint32_t pair : batch.pairs_of_query[u]) {
      s[batch.pair_candidate[pair]] -= static_cast<float>(batch.pair_weight[pair] * unit);
    }
  }
  if (dqueries.data == nullptr) return loss;
  multiply(scores, candidates_, dqueries.slice(rows.begin, rows.end));
  for (size_t r = 0; r < rows.size(); ++r) {
    shortlist::scale(dqueries.row_span(rows.begin + r), worker.factors[r] / temperature_);
    shortlist::scale(queries.row_span(r), worker.factors[r]);
  }
  multiply_transposed(scores, queries, dcandidates, !first, options_.precision);
  return loss;
}

}  // namespace shortlist
