#include "shortlist/losses/in_batch_softmax.h"

#include <algorithm>
#include <cmath>

#include "shortlist/losses/query_vectors.h"
#include "shortlist/math/elementwise.h"
#include "shortlist/math/tiles.h"

namespace shortlist {
namespace {

constexpr size_t kSlots = 8;                 // partial sums of the candidates' gradients
constexpr size_t kScoresABlock = 48 * 1024;  // so that a block of scores fits a core's own cache
constexpr size_t kLeastRowsABlock = 48;      // with fewer rows, streaming the candidates dominates
constexpr size_t kRowsATask = 64;
constexpr size_t kFloatsALine = 16;  // per cache line
constexpr double kLeastFactor = 1e-20;

// A query may have several vectors, one after another in its row.
size_t query_vectors(const LossBatch& batch) {
  const size_t width = batch.candidates.value.cols;
  return width == 0 ? 1 : std::max<size_t>(1, batch.queries.value.cols / width);
}

size_t rows_a_block(size_t candidates, Precision precision) {
  if (precision != Precision::float32) return 2 * kTileInner;
  return std::clamp<size_t>(kScoresABlock / std::max<size_t>(1, candidates) / 12 * 12, kLeastRowsABlock, 96);
}

}  // namespace

double InBatchSoftmax::run(ThreadPool& pool, const LossBatch& batch, double scale) {
  const double share = options_.reduction == Reduction::mean ? 1.0 / static_cast<double>(batch.rows) : 1;
  return share * sum(pool, batch, share * scale);
}

double InBatchSoftmax::held_out(ThreadPool& pool, const HeldOutRows& held) {
  const BatchedRows rows{held.queries,    held.candidates,         held.batch, held.query, held.candidate,
                         held.row_weight, held.candidate_log_share};
  std::vector<double> sums;  // per batch
  const bool plain = !held.adds_candidates && options_.accidental_hits == AccidentalHits::none &&
                     options_.hard_negatives == 0;
  if (plain && SharedSoftmax::pays(rows)) {
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

bool InBatchSoftmax::is_plain(const LossBatch& batch) const {
  return options_.accidental_hits == AccidentalHits::none && options_.hard_negatives == 0 &&
         batch.own_is_counted && batch.excluded_of_query.size() == 0;
}

// Subtracting log q_j from each score multiplies candidate j's term in the sum of exponentials by 1 / q_j,
// and shifts the loss by a constant.
double InBatchSoftmax::sum(ThreadPool& pool, const LossBatch& batch, double scale) {
  weights_ = batch.candidate_multiplicity;
  if (options_.accidental_hits != AccidentalHits::none) same_items_.index(batch.candidate_item);
  if (batch.candidate_log_share.empty()) return sum_weighted(pool, batch, scale);
  corrected_.assign(batch.candidate_multiplicity.begin(), batch.candidate_multiplicity.end());
  for (size_t j = 0; j < corrected_.size(); ++j) corrected_[j] *= std::exp(-batch.candidate_log_share[j]);
  weights_ = corrected_;
  double constant = 0;
  for (size_t pair = 0; pair < batch.pair_weight.size(); ++pair) {
    constant +=
        static_cast<double>(batch.pair_weight[pair]) * batch.candidate_log_share[batch.pair_candidate[pair]];
  }
  return constant + sum_weighted(pool, batch, scale);
}

double InBatchSoftmax::sum_weighted(ThreadPool& pool, const LossBatch& batch, double scale) {
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
  const size_t columns = batch.candidates.value.rows, d = batch.candidates.value.cols;
  const size_t vectors = query_vectors(batch), count = rows.size() * vectors;
  const size_t stride = chunk_count(columns, kFloatsALine) * kFloatsALine;
  worker.scores.reserve(count * stride);
  worker.scaled.reserve(count * d);
  worker.factors.resize(rows.size());
  const Matrix scores = worker.scores.view(count, columns, stride), queries = worker.scaled.view(count, d);
  for (size_t r = 0; r < rows.size(); ++r) {
    const std::span<float> query = {queries.row(r * vectors), vectors * d};
    std::copy_n(batch.queries.value.row(rows.begin + r), query.size(), query.data());
    shortlist::scale(query, 1 / options_.temperature);
  }
  multiply(queries, candidates_transposed_, scores);
  if (vectors > 1) keep_best_vectors(scores, vectors, worker.best);
  const bool plain = is_plain(batch);
  double loss = 0;
  for (size_t r = 0; r < rows.size(); ++r) {
    const std::span<float> s = scores.row_span(r * vectors);
    double unit = 1;
    loss += plain ? run_row(batch, rows.begin + r, s, dqueries.data != nullptr, unit)
                  : run_row_by_pair(batch, rows.begin + r, s, unit, worker);
    worker.factors[r] = static_cast<float>(scale / unit);
  }
  if (dqueries.data == nullptr) return loss;
  if (vectors > 1) spread_to_best_vectors(scores, vectors, worker.best);
  multiply_queries(scores, rows, vectors, dqueries, worker);
  for (size_t r = 0; r < rows.size(); ++r) {
    shortlist::scale(dqueries.row_span(rows.begin + r), worker.factors[r] / options_.temperature);
    shortlist::scale({queries.row(r * vectors), vectors * d}, worker.factors[r]);
  }
  multiply_transposed(scores, queries, dcandidates, !first, options_.precision);
  return loss;
}

// The gradients of queries with several vectors are rows of the gradient of each vector.
void InBatchSoftmax::multiply_queries(ConstMatrix scores, RowRange rows, size_t vectors, Matrix dqueries,
                                      Worker& worker) const {
  if (vectors == 1) return multiply(scores, candidates_, dqueries.slice(rows.begin, rows.end));
  worker.dqueries.reserve(scores.rows * candidates_.columns());
  const Matrix each = worker.dqueries.view(scores.rows, candidates_.columns());
  multiply(scores, candidates_, each);
  for (size_t r = 0; r < rows.size(); ++r)
    std::copy_n(each.row(r * vectors), dqueries.cols, dqueries.row(rows.begin + r));
}

double InBatchSoftmax::run_row(const LossBatch& batch, size_t query, std::span<float> s, bool gradient,
                               double& unit) const {
  const float highest = max(s);
  double weight = 0, positives = 0;
  for (const uint32_t pair : batch.pairs_of_query[query]) {
    weight += batch.pair_weight[pair];
    positives += static_cast<double>(batch.pair_weight[pair]) * s[batch.pair_candidate[pair]];
  }
  const float total = exp_sum(s, highest, weights_, s);
  const double loss = weight * (highest + std::log(static_cast<double>(total))) - positives;
  if (!gradient) return loss;
  // The gradient with respect to the scores is weight n_j p_j minus the positives' weights. Its normalisation
  // is applied to the short rows before and after the products with the scores; here it is in units of
  // 1 / unit.
  unit = weight != 0 ? total / weight : 1;
  if (weight == 0) fill(s, 0);
  for (const uint32_t pair : batch.pairs_of_query[query])
    s[batch.pair_candidate[pair]] -= static_cast<float>(batch.pair_weight[pair] * unit);
  return loss;
}

double InBatchSoftmax::run_row_by_pair(const LossBatch& batch, size_t query, std::span<float> s, double& unit,
                                       Worker& worker) const {
  const SoftmaxRules rules{batch, weights_, options_.accidental_hits, same_items_,
                           static_cast<size_t>(options_.hard_negatives)};
  SoftmaxRow& row = worker.row;
  row.begin(rules, query);
  if (options_.hard_negatives > 0) {
    for (size_t j = 0; j < batch.candidate_log_share.size(); ++j) s[j] -= batch.candidate_log_share[j];
    row.finish_hard(rules, s);
    fill(s, 0);
  } else {
    row.take(s, 0);
    const float highest = max(s);
    row.finish(rules, highest, std::isfinite(highest) ? exp_sum(s, highest, weights_, s) : 0);
  }
  // The others may have no gradient, or next to none.
  const bool others = row.factor() >= kLeastFactor;
  if (!others) fill(s, 0);
  unit = others ? 1 / row.factor() : 1;
  for (const SoftmaxRow::Entry& entry : row.entries())
    s[entry.candidate] = static_cast<float>(entry.gradient * unit);
  return row.loss();
}

}  // namespace shortlist
