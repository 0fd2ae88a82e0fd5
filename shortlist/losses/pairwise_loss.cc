#include "shortlist/losses/pairwise_loss.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

constexpr size_t kSlots = 8;  // partial sums of the shared candidates' gradients
constexpr size_t kQueriesABlock = 48;
constexpr size_t kCandidatesATask = 64;
constexpr uint32_t kNone = 0xffffffff;
constexpr float kExcluded = -std::numeric_limits<float>::infinity();

size_t negatives_of(const LossBatch& batch, uint32_t pair) {
  return batch.negatives_of_pair.size() == 0 ? 0 : batch.negatives_of_pair[pair].size();
}

}  // namespace

LossWork PairwiseLoss::work(const LossBatch& batch) const {
  const ConstMatrix &queries = batch.queries.value, &candidates = batch.candidates.value;
  const double scores =
      static_cast<double>(queries.rows * shared_.size()) + static_cast<double>(slopes_.size());
  const auto numbers = static_cast<double>((queries.rows + candidates.rows) * queries.cols);
  return {.operations = 6 * scores * static_cast<double>(queries.cols), .bytes = 8 * numbers};
}

double PairwiseLoss::inverse_share(const LossBatch& batch, uint32_t candidate) const {
  if (!formula_->is_corrected() || batch.candidate_log_share.empty()) return 1;
  return std::exp(-static_cast<double>(batch.candidate_log_share[candidate]));
}

void PairwiseLoss::find_shared(const LossBatch& batch) {
  shared_.clear();
  shared_weights_.clear();
  shared_count_ = 0;
  place_.assign(batch.candidates.value.rows, kNone);
  for (uint32_t j = 0; j < place_.size(); ++j) {
    const float count = batch.candidate_multiplicity[j];
    if (count == 0) continue;
    place_[j] = static_cast<uint32_t>(shared_.size());
    shared_.push_back(j);
    shared_weights_.push_back(static_cast<float>(count * inverse_share(batch, j)));
    shared_count_ += count;
  }
  const size_t pairs = batch.pair_candidate.size();
  own_negatives_ = 0;
  first_slope_.assign(1, 0);
  for (uint32_t pair = 0; pair < pairs; ++pair) {
    own_negatives_ = std::max(own_negatives_, negatives_of(batch, pair));
    first_slope_.push_back(first_slope_.back() + 1 + static_cast<uint32_t>(negatives_of(batch, pair)));
  }
  slopes_.assign(first_slope_.back(), 0);
}

void PairwiseLoss::pack_shared(ThreadPool& pool, const LossBatch& batch) {
  const ConstMatrix& candidates = batch.candidates.value;
  const size_t d = candidates.cols;
  shared_rows_.reserve(shared_.size() * d);
  const Matrix rows = shared_rows_.view(shared_.size(), d);
  shared_panels_.resize(rows.rows, d, options_.precision);
  shared_transposed_.resize(d, rows.rows, options_.precision);
  pool.run(chunk_count(rows.rows, kCandidatesATask), [&](size_t i, int) {
    const RowRange part = chunk_rows(rows.rows, kCandidatesATask, i);
    for (size_t r = part.begin; r < part.end; ++r) std::copy_n(candidates.row(shared_[r]), d, rows.row(r));
    shared_panels_.pack_rows(rows.slice(part.begin, part.end), part.begin);
    shared_transposed_.pack_transposed(rows, part.begin / Panels::kPanelColumns,
                                       chunk_count(part.end, Panels::kPanelColumns));
  });
}

double PairwiseLoss::run(ThreadPool& pool, const LossBatch& batch, double scale) {
  const double share = options_.reduction == Reduction::mean ? 1.0 / static_cast<double>(batch.rows) : 1;
  const size_t queries = batch.queries.value.rows, d = batch.queries.value.cols;
  const size_t blocks = chunk_count(queries, kQueriesABlock), slots = std::min(kSlots, blocks);
  find_shared(batch);
  if (options_.accidental_hits != AccidentalHits::none) same_items_.index(batch.candidate_item);
  pack_shared(pool, batch);
  workers_.resize(static_cast<size_t>(pool.threads()));
  partial_.resize(std::max(slots, partial_.size()));
  losses_.assign(slots, 0);
  for (Worker& worker : workers_) {
    worker.weights.assign(shared_weights_.begin(), shared_weights_.end());
    worker.weights.resize(shared_.size() + own_negatives_);
  }
  pool.run(slots, [&](size_t slot, int worker) {
    partial_[slot].reserve(shared_.size() * d);
    const RowRange own = {slot * blocks / slots, (slot + 1) * blocks / slots};
    for (size_t b = own.begin; b < own.end; ++b)
      losses_[slot] += run_block(batch, chunk_rows(queries, kQueriesABlock, b), share * scale,
                                 partial_[slot].view(shared_.size(), d), b == own.begin,
                                 workers_[static_cast<size_t>(worker)]);
  });
  if (batch.candidates.gradient.data != nullptr) {
    find_uses(batch);
    add_candidates(pool, batch, slots);
  }
  double loss = 0;
  for (const double part : losses_) loss += part;
  return share * loss;
}

double PairwiseLoss::run_block(const LossBatch& batch, RowRange rows, double scale, Matrix dshared,
                               bool first, Worker& worker) {
  const size_t m = shared_.size(), d = batch.queries.value.cols;
  worker.scaled.reserve(rows.size() * d);
  worker.scores.reserve(2 * rows.size() * m);
  worker.negatives.resize(m + own_negatives_);
  worker.slopes.resize(m + own_negatives_);
  const Matrix queries = worker.scaled.view(rows.size(), d), both = worker.scores.view(2 * rows.size(), m),
               scores = both.head(rows.size()), dscores = both.slice(rows.size(), 2 * rows.size());
  for (size_t r = 0; r < rows.size(); ++r) {
    std::copy_n(batch.queries.value.row(rows.begin + r), d, queries.row(r));
    shortlist::scale(queries.row_span(r), 1 / options_.temperature);
  }
  if (m > 0) multiply(queries, shared_transposed_, scores);
  double loss = 0;
  for (size_t r = 0; r < rows.size(); ++r) {
    fill(dscores.row_span(r), 0);
    for (const uint32_t pair : batch.pairs_of_query[rows.begin + r]) {
      loss += run_pair(batch, rows.begin + r, pair, scores.row_span(r), scale, worker);
      add_scaled(std::span(worker.slopes).first(m), static_cast<float>(scale * batch.pair_weight[pair]),
                 dscores.row_span(r));
    }
  }
  const Matrix& dqueries = batch.queries.gradient;
  if (dqueries.data == nullptr) return loss;
  if (m > 0) {
    multiply(dscores, shared_panels_, dqueries.slice(rows.begin, rows.end));
    multiply_transposed(dscores, queries, dshared, !first, options_.precision);
  }
  for (size_t r = 0; r < rows.size(); ++r) {
    const std::span<float> du = dqueries.row_span(rows.begin + r);
    m == 0 ? fill(du, 0) : shortlist::scale(du, 1 / options_.temperature);
    for (const uint32_t pair : batch.pairs_of_query[rows.begin + r])
      add_pair_to_query(batch, rows.begin + r, pair);
  }
  return loss;
}

// Sets the weights of the negatives that do not count for the pair to 0, and their scores to kExcluded.
void PairwiseLoss::exclude(const LossBatch& batch, size_t query, uint32_t pair, Worker& worker) const {
  const uint32_t own = batch.pair_candidate[pair];
  const size_t m = shared_.size();
  worker.replaced.clear();
  const auto leave_out = [&](size_t place, float weight) {
    worker.replaced.emplace_back(place, worker.weights[place]);
    worker.weights[place] = weight;
    if (weight <= 0) worker.negatives[place] = kExcluded;
  };
  if (const uint32_t place = place_[own]; place != kNone) {
    const bool item = options_.accidental_hits != AccidentalHits::none;
    const double copies = item ? 0 : batch.candidate_multiplicity[own] - batch.own_is_counted;
    leave_out(place, static_cast<float>(std::max(0.0, copies) * inverse_share(batch, own)));
  }
  const auto leave_out_candidate = [&](uint32_t j) {
    if (place_[j] != kNone && j != own) leave_out(place_[j], 0);
  };
  if (options_.accidental_hits != AccidentalHits::none) same_items_.others(own, leave_out_candidate);
  const bool excludes = batch.excluded_of_query.size() > 0;
  const std::span<const uint32_t> excluded =
      excludes ? batch.excluded_of_query[query] : std::span<const uint32_t>();
  for (const uint32_t j : excluded) leave_out_candidate(j);
  for (size_t i = 0; i < negatives_of(batch, pair); ++i) {
    const uint32_t j = batch.negatives_of_pair[pair][i];
    const bool same =
        j == own || (!batch.candidate_item.empty() && batch.candidate_item[j] == batch.candidate_item[own]);
    if ((same && options_.accidental_hits != AccidentalHits::none) ||
        std::ranges::binary_search(excluded, j)) {
      worker.weights[m + i] = 0;
      worker.negatives[m + i] = kExcluded;
    }
  }
}

double PairwiseLoss::run_pair(const LossBatch& batch, size_t query, uint32_t pair,
                              std::span<const float> shared, double scale, Worker& worker) {
  const size_t m = shared.size(), k = negatives_of(batch, pair);
  const ConstMatrix& candidates = batch.candidates.value;
  const std::span<const float> u = batch.queries.value.row_span(query);
  const uint32_t own = batch.pair_candidate[pair];
  const auto score = [&](uint32_t j) { return dot(u, candidates.row_span(j)) / options_.temperature; };
  std::ranges::copy(shared, worker.negatives.begin());
  for (size_t i = 0; i < k; ++i) {
    const uint32_t j = batch.negatives_of_pair[pair][i];
    worker.negatives[m + i] = score(j);
    worker.weights[m + i] = static_cast<float>(inverse_share(batch, j));
  }
  exclude(batch, query, pair, worker);
  PairScores scores{.own = score(own),
                    .negatives = std::span(worker.negatives).first(m + k),
                    .weights = std::span(worker.weights).first(m + k),
                    .count = shared_count_,
                    .items = batch.items,
                    .own_weight = inverse_share(batch, own)};
  for (const auto& [place, weight] : worker.replaced)
    scores.count -= (weight - worker.weights[place]) / inverse_share(batch, shared_[place]);
  for (size_t i = 0; i < k; ++i) scores.count += worker.weights[m + i] != 0;
  const std::span<float> slopes = std::span(worker.slopes).first(m + k);
  const PairLoss at = formula_->at(scores, slopes);
  for (auto i = worker.replaced.rbegin(); i != worker.replaced.rend(); ++i)
    worker.weights[i->first] = i->second;
  const double factor = scale * batch.pair_weight[pair] / options_.temperature;
  float* out = slopes_.data() + first_slope_[pair];
  *out++ = static_cast<float>(factor * at.own_slope);
  for (const float slope : slopes.subspan(m)) *out++ = static_cast<float>(factor * slope);
  return batch.pair_weight[pair] * at.loss;
}

void PairwiseLoss::add_pair_to_query(const LossBatch& batch, size_t query, uint32_t pair) const {
  const std::span<float> du = batch.queries.gradient.row_span(query);
  const ConstMatrix& candidates = batch.candidates.value;
  const float* slope = slopes_.data() + first_slope_[pair];
  add_scaled(candidates.row_span(batch.pair_candidate[pair]), *slope++, du);
  for (size_t i = 0; i < negatives_of(batch, pair); ++i, ++slope)
    if (*slope != 0) add_scaled(candidates.row_span(batch.negatives_of_pair[pair][i]), *slope, du);
}

// Lists for each candidate the slopes of the pairs that compare it, in the order of the queries.
void PairwiseLoss::find_uses(const LossBatch& batch) {
  const auto visit_all = [&](auto&& visit) {
    for (uint32_t u = 0; u < batch.queries.value.rows; ++u) {
      for (const uint32_t pair : batch.pairs_of_query[u]) {
        uint32_t slope = first_slope_[pair];
        visit(batch.pair_candidate[pair], Use{u, slope++});
        for (size_t i = 0; i < negatives_of(batch, pair); ++i)
          visit(batch.negatives_of_pair[pair][i], Use{u, slope++});
      }
    }
  };
  use_offsets_.assign(batch.candidates.value.rows + 2, 0);
  visit_all([&](uint32_t j, Use) { ++use_offsets_[j + 2]; });
  for (size_t j = 2; j < use_offsets_.size(); ++j) use_offsets_[j] += use_offsets_[j - 1];
  uses_.resize(use_offsets_.back());
  visit_all([&](uint32_t j, Use use) { uses_[use_offsets_[j + 1]++] = use; });
}

void PairwiseLoss::add_candidates(ThreadPool& pool, const LossBatch& batch, size_t slots) {
  const Matrix& dcandidates = batch.candidates.gradient;
  const size_t d = dcandidates.cols;
  pool.run(chunk_count(dcandidates.rows, kCandidatesATask), [&](size_t task, int) {
    const RowRange rows = chunk_rows(dcandidates.rows, kCandidatesATask, task);
    for (size_t j = rows.begin; j < rows.end; ++j) {
      const std::span<float> to = dcandidates.row_span(j);
      fill(to, 0);
      for (size_t slot = 0; place_[j] != kNone && slot < slots; ++slot)
        add({partial_[slot].data() + place_[j] * d, d}, to);
      for (size_t i = use_offsets_[j]; i < use_offsets_[j + 1]; ++i)
        add_scaled(batch.queries.value.row_span(uses_[i].query), slopes_[uses_[i].slope], to);
    }
  });
}

}  // namespace shortlist
