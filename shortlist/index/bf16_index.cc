#include "shortlist/index/bf16_index.h"

#include <algorithm>
#include <cmath>

#include "shortlist/index/rescored_search.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {

namespace {

// The nearest finite bfloat16.
uint16_t to_finite_bf16(float x) {
  constexpr uint16_t kLargest = 0x7f7f, kSign = 0x8000;
  const uint16_t near = to_bf16(x);
  return (near & ~kSign) > kLargest ? static_cast<uint16_t>((near & kSign) | kLargest) : near;
}

double norm_of(std::span<const float> v) {
  double square = 0;
  for (float x : v) square += static_cast<double>(x) * x;
  return std::sqrt(square);
}

}  // namespace

Bf16Index::Bf16Index(ConstMatrix vectors, ThreadPool& pool) : vectors_(vectors) {
  check_candidates(vectors);
  panels_.resize(chunk_count(size(), kPanelCandidates) * panel_size(), 0);
  uint16_t* const panels = panels_.mutable_data();
  std::vector<Rounding> largest(chunk_count(size(), kTileColumns));
  pool.run(largest.size(), [&](size_t task, int) {
    const RowRange range = chunk_rows(size(), kTileColumns, task);
    for (size_t r = range.begin; r < range.end; ++r) round_row(r, panels, largest[task]);
  });
  for (const Rounding& of_task : largest) {
    largest_.error = std::max(largest_.error, of_task.error);
    largest_.norm = std::max(largest_.norm, of_task.norm);
  }
}

void Bf16Index::round_row(size_t row, uint16_t* panels, Rounding& largest) const {
  uint16_t* const to = panels + row / kPanelCandidates * panel_size() + row % kPanelCandidates * 2;
  double error = 0;
  for (size_t c = 0; c < width(); ++c) {
    const uint16_t rounded = to_finite_bf16(vectors_(row, c));
    to[c / 2 * 2 * kPanelCandidates + c % 2] = rounded;
    const double off = static_cast<double>(vectors_(row, c)) - from_bf16(rounded);
    error += off * off;
  }
  largest.error = std::max(largest.error, std::sqrt(error));
  largest.norm = std::max(largest.norm, norm_of(vectors_.row_span(row)));
}

// Twice the largest difference between the score of a rounded vector and that of the vector: q.v - q.v^ =
// q.(v - v^), plus the float32 rounding errors of both sums and of the query's squares.
float Bf16Index::slack(std::span<const float> query) const {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const double norm = std::sqrt(sum_of_squares(query)), largest = norm * largest_.norm;
  // Such small squares and products may underflow, such large sums overflow.
  if (!(norm >= 1e-15 && largest >= 1e-30 && largest <= 1e37)) return kInfinity;
  const double sums = static_cast<double>(width() + 6) * 0x1p-24;
  const double error = norm * (largest_.error + sums * (2 * largest_.norm + largest_.error));
  return static_cast<float>(2 * (1.0001 + sums) * error);
}

std::vector<Found> Bf16Index::search(ConstMatrix queries, size_t k, Eligible eligible,
                                     const Deadline& deadline) const {
  SHORTLIST_CHECK(eligible.empty() || eligible.size() == size());
  check_queries(queries, width());
  if (k == 0) return std::vector<Found>(queries.rows);
  if (const auto ids = few_eligible(eligible)) return search_chosen(queries, vectors_, *ids, k, deadline);
  // From this many queries on, it pays off to convert the candidates once for all of them.
  constexpr size_t kMany = 4;
  constexpr size_t kNear = size_t{1} << 18;  // bfloat16 values that leave room in a second-level cache
  const bool near = panels_.size() <= kNear;
  Buffer wide;
  if (queries.rows >= kMany) wide = Buffer(width(), kPanelCandidates);
  const auto score_tile = [&](RowRange block, size_t first, Matrix scores) {
    const uint16_t* panel = panels_.data() + first / kPanelCandidates * panel_size();
    if (block.size() < kMany) {
      for (size_t q = 0; q < block.size(); ++q)
        panel_scores(panel, width(), chunk_count(scores.cols, kPanelCandidates), near,
                     queries.row(block.begin + q), scores.row(q));
      return;
    }
    for (size_t column = 0; column < scores.cols; column += kPanelCandidates, panel += panel_size()) {
      const size_t count = std::min(kPanelCandidates, scores.cols - column);
      widen_panel(panel, width(), wide.data());
      multiply(queries.slice(block.begin, block.end), {wide.data(), width(), count, kPanelCandidates},
               scores.columns(column, count));
    }
  };
  static thread_local std::vector<ScoreError> errors;
  errors.resize(queries.rows);
  for (size_t q = 0; q < queries.rows; ++q) errors[q] = {.slack = slack(queries.row_span(q))};
  return search_rescored(queries, vectors_, k, eligible, deadline, score_tile, errors);
}

}  // namespace shortlist
