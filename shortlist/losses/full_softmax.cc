#include "shortlist/losses/full_softmax.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

// A chunk's scores and its candidates fit a core's own cache.
constexpr size_t kCandidatesAChunk = 1024;
constexpr size_t kQueriesABlock = 96;
constexpr size_t kQueriesATask = 8;

}  // namespace

LossWork FullSoftmax::work(const LossBatch& batch) const {
  const ConstMatrix &queries = batch.queries.value, &candidates = batch.candidates.value;
  const auto numbers = static_cast<double>((queries.rows + candidates.rows) * queries.cols);
  return {.operations =
              6 * static_cast<double>(queries.rows) * static_cast<double>(candidates.rows * queries.cols),
          .bytes = 8 * numbers};
}

void FullSoftmax::pack(ThreadPool& pool, const LossBatch& batch) {
  const ConstMatrix& candidates = batch.candidates.value;
  chunks_.resize(chunk_count(candidates.rows, kCandidatesAChunk));
  pool.run(chunks_.size(), [&](size_t i, int) {
    Chunk& chunk = chunks_[i];
    chunk.range = chunk_rows(candidates.rows, kCandidatesAChunk, i);
    const ConstMatrix part = candidates.slice(chunk.range.begin, chunk.range.end);
    chunk.transposed.pack_transposed(part, options_.precision);
    if (batch.queries.gradient.data != nullptr) chunk.rows.pack(part, options_.precision);
    chunk.unused.clear();
    for (uint32_t j = 0; j < part.rows; ++j)
      if (batch.candidate_multiplicity[chunk.range.begin + j] == 0) chunk.unused.push_back(j);
  });
}

double FullSoftmax::run(ThreadPool& pool, const LossBatch& batch, double scale) {
  const double share = options_.reduction == Reduction::mean ? 1.0 / static_cast<double>(batch.rows) : 1;
  const size_t queries = batch.queries.value.rows, d = batch.queries.value.cols;
  if (options_.accidental_hits != AccidentalHits::none) same_items_.index(batch.candidate_item);
  const SoftmaxRules rules{batch, batch.candidate_multiplicity, options_.accidental_hits, same_items_, 0};
  pack(pool, batch);
  rows_.resize(kQueriesABlock);
  highest_.resize(kQueriesABlock);
  scaled_.reserve(kQueriesABlock * d);
  for (size_t j = 0; queries == 0 && j < batch.candidates.gradient.rows; ++j)
    fill(batch.candidates.gradient.row_span(j), 0);
  std::vector<double> losses;
  double loss = 0;
  for (size_t b = 0; b < chunk_count(queries, kQueriesABlock); ++b) {
    const RowRange block = chunk_rows(queries, kQueriesABlock, b);
    const size_t tasks = chunk_count(block.size(), kQueriesATask);
    for (size_t r = 0; r < block.size(); ++r) {
      const Matrix scaled = scaled_.view(block.size(), d);
      std::copy_n(batch.queries.value.row(block.begin + r), d, scaled.row(r));
      shortlist::scale(scaled.row_span(r), 1 / options_.temperature);
      rows_[r].begin(rules, block.begin + r);
    }
    pool.run(chunks_.size(), [&](size_t i, int) { run_chunk(batch, chunks_[i], block.size()); });
    losses.assign(tasks, 0);
    pool.run(tasks, [&](size_t i, int) {
      const RowRange part = chunk_rows(block.size(), kQueriesATask, i);
      losses[i] =
          finish_queries(batch, rules, {block.begin + part.begin, block.begin + part.end}, share * scale);
    });
    for (const double part : losses) loss += part;
    if (batch.candidates.gradient.data == nullptr) continue;
    pool.run(chunks_.size(), [&](size_t i, int) { add_to_chunk(batch, chunks_[i], block, share * scale); });
  }
  return share * loss;
}

// The chunk's scores become exponentials, relative to the highest score of each query in the chunk.
void FullSoftmax::run_chunk(const LossBatch& batch, Chunk& chunk, size_t queries) {
  const size_t columns = chunk.range.size(), d = batch.queries.value.cols;
  chunk.scores.reserve(kQueriesABlock * kCandidatesAChunk);
  chunk.dqueries.reserve(kQueriesABlock * d);
  chunk.highest.resize(kQueriesABlock);
  chunk.total.resize(kQueriesABlock);
  const Matrix scores = chunk.scores.view(queries, columns, kCandidatesAChunk);
  multiply(scaled_.view(queries, d), chunk.transposed, scores);
  for (size_t r = 0; r < queries; ++r) {
    const std::span<float> s = scores.row_span(r);
    rows_[r].take(s, chunk.range.begin);
    for (const uint32_t j : chunk.unused) s[j] = -std::numeric_limits<float>::infinity();
    chunk.highest[r] = max(s);
    const bool any = std::isfinite(chunk.highest[r]);
    if (!any) fill(s, 0);
    chunk.total[r] = any ? exp_sum(s, chunk.highest[r], {}, s) : 0;
  }
  if (batch.queries.gradient.data != nullptr) multiply(scores, chunk.rows, chunk.dqueries.view(queries, d));
}

double FullSoftmax::finish_queries(const LossBatch& batch, const SoftmaxRules& rules, RowRange queries,
                                   double scale) {
  const size_t d = batch.queries.value.cols;
  double loss = 0;
  for (size_t u = queries.begin; u < queries.end; ++u) {
    const size_t r = u % kQueriesABlock;
    float highest = -std::numeric_limits<float>::infinity();
    for (const Chunk& chunk : chunks_) highest = std::max(highest, chunk.highest[r]);
    double total = 0;
    for (const Chunk& chunk : chunks_)
      if (chunk.total[r] > 0)
        total += chunk.total[r] * std::exp(static_cast<double>(chunk.highest[r]) - highest);
    SoftmaxRow& row = rows_[r];
    row.finish(rules, highest, total);
    loss += row.loss();
    highest_[r] = highest;
    if (batch.queries.gradient.data == nullptr) continue;
    const std::span<float> du = batch.queries.gradient.row_span(u);
    fill(du, 0);
    const double unit = scale / options_.temperature;
    for (Chunk& chunk : chunks_) {
      if (chunk.total[r] == 0) continue;
      const double factor = row.factor() * std::exp(static_cast<double>(chunk.highest[r]) - highest);
      add_scaled({chunk.dqueries.data() + r * d, d}, static_cast<float>(unit * factor), du);
    }
    for (const SoftmaxRow::Entry& entry : row.entries())
      add_scaled(batch.candidates.value.row_span(entry.candidate), static_cast<float>(unit * entry.gradient),
                 du);
  }
  return loss;
}

// Adds the gradients of the chunk's candidates from a block of queries.
void FullSoftmax::add_to_chunk(const LossBatch& batch, Chunk& chunk, RowRange queries, double scale) const {
  const size_t d = batch.queries.value.cols, rows = queries.size();
  chunk.queries.reserve(kQueriesABlock * d);
  const Matrix scaled = chunk.queries.view(rows, d);
  const ConstMatrix block = scaled_.view(rows, d);
  for (size_t r = 0; r < rows; ++r) {
    const double shift = static_cast<double>(chunk.highest[r]) - highest_[r];
    const double factor = chunk.total[r] > 0 ? scale * rows_[r].factor() * std::exp(shift) : 0;
    std::ranges::copy(block.row_span(r), scaled.row(r));
    shortlist::scale(scaled.row_span(r), static_cast<float>(factor));
  }
  const Matrix to = batch.candidates.gradient.slice(chunk.range.begin, chunk.range.end);
  multiply_transposed(chunk.scores.view(rows, chunk.range.size(), kCandidatesAChunk), scaled, to,
                      queries.begin > 0, options_.precision);
  for (size_t r = 0; r < rows; ++r) {
    const auto entries = rows_[r].entries();
    auto at = std::ranges::lower_bound(entries, chunk.range.begin, {},
                                       [](const SoftmaxRow::Entry& e) -> size_t { return e.candidate; });
    for (; at != entries.end() && at->candidate < chunk.range.end; ++at)
      add_scaled(block.row_span(r), static_cast<float>(scale * at->gradient),
                 batch.candidates.gradient.row_span(at->candidate));
  }
}

}  // namespace shortlist
