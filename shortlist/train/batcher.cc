#include "shortlist/train/batcher.h"

#include <numeric>

namespace shortlist {
namespace {

// The rows of a shuffled table are far apart in memory, so the next ones are prefetched.
constexpr size_t kAhead = 8;

}  // namespace

void Batcher::Distinct::start() {
  members_.clear();
  if (++generation_ == 0) {  // wrapped around: entries of old generations must not look new
    for (Place& place : place_) place = {0, 0};
    generation_ = 1;
  }
}

uint32_t Batcher::Distinct::add(uint32_t number) {
  Place& place = place_[number];
  if (place.generation != generation_) {
    place = {generation_, static_cast<uint32_t>(members_.size())};
    members_.push_back(number);
  }
  return place.index;
}

void Batcher::Map::invert(size_t sources) {
  offsets.assign(sources + 1, 0);
  for (uint32_t s : source) ++offsets[s + 1];
  for (size_t s = 1; s <= sources; ++s) offsets[s] += offsets[s - 1];
  copies.resize(source.size());
  for (size_t i = 0; i < source.size(); ++i) copies[offsets[source[i]]++] = static_cast<uint32_t>(i);
  // Each offset is now at the end of its own copies: shift them to the beginning.
  for (size_t s = sources; s > 0; --s) offsets[s] = offsets[s - 1];
  offsets[0] = 0;
}

Batcher::Batcher(const RowBlock& rows, bool all_queries, bool all_candidates)
    : data_(rows), all_queries_(all_queries), all_candidates_(all_candidates) {
  queries_.resize(rows.queries->rows);
  candidates_.resize(rows.candidates->rows);
  pairs_.resize(rows.pair_query.size());
}

// Finds the distinct pairs of the rows, and orders the rows by pair.
void Batcher::find_pairs(std::span<const uint32_t> rows) {
  pairs_.start();
  row_pair_.source.resize(rows.size());
  for (size_t r = 0; r < rows.size(); ++r) {
    if (r + 2 * kAhead < rows.size()) prefetch(&data_.pair_of_row[rows[r + 2 * kAhead]]);
    if (r + kAhead < rows.size()) pairs_.prefetch(data_.pair_of_row[rows[r + kAhead]]);
    row_pair_.source[r] = pairs_.add(data_.pair_of_row[rows[r]]);
  }
  deal_pairs();
  for (uint32_t& pair : row_pair_.source) pair = dealt_[pair];
  row_pair_.invert(pair_numbers_.size());
  rows_.clear();
  for (size_t p = 0; p < pair_numbers_.size(); ++p) {
    for (uint32_t i = row_pair_.offsets[p]; i < row_pair_.offsets[p + 1]; ++i) {
      rows_.push_back(rows[row_pair_.copies[i]]);
      row_pair_.source[i] = static_cast<uint32_t>(p);
    }
  }
  std::iota(row_pair_.copies.begin(), row_pair_.copies.end(), 0);
}

// Frequent pairs appear first. Dealing them out in turn gives every range of pairs about the same share of
// the rows, so that a thread works on matching ranges of pairs and rows.
void Batcher::deal_pairs() {
  constexpr size_t kHands = 8;
  const std::span<const uint32_t> found = pairs_.members();
  pair_numbers_.clear();
  dealt_.resize(found.size());
  for (size_t hand = 0; hand < kHands; ++hand) {
    for (size_t i = hand; i < found.size(); i += kHands) {
      dealt_[i] = static_cast<uint32_t>(pair_numbers_.size());
      pair_numbers_.push_back(found[i]);
    }
  }
}

// Makes each row its own pair.
void Batcher::take_all_rows(std::span<const uint32_t> rows) {
  rows_.assign(rows.begin(), rows.end());
  pair_numbers_.clear();
  for (uint32_t row : rows) pair_numbers_.push_back(data_.pair_of_row[row]);
  row_pair_.source.resize(rows.size());
  std::iota(row_pair_.source.begin(), row_pair_.source.end(), 0);
  row_pair_.invert(rows.size());
}

void Batcher::find_towers() {
  queries_.start();
  candidates_.start();
  pair_query_.source.clear();
  pair_candidate_.source.clear();
  query_rows_.clear();
  candidate_rows_.clear();
  for (size_t p = 0; p < pair_numbers_.size(); ++p) {
    if (p + 2 * kAhead < pair_numbers_.size()) {
      prefetch(&data_.pair_query[pair_numbers_[p + 2 * kAhead]]);
      prefetch(&data_.pair_candidate[pair_numbers_[p + 2 * kAhead]]);
    }
    if (p + kAhead < pair_numbers_.size()) {
      queries_.prefetch(data_.pair_query[pair_numbers_[p + kAhead]]);
      candidates_.prefetch(data_.pair_candidate[pair_numbers_[p + kAhead]]);
    }
    const auto pair = static_cast<uint32_t>(p);
    const uint32_t number = pair_numbers_[p];
    const uint32_t query = data_.pair_query[number], candidate = data_.pair_candidate[number];
    pair_query_.source.push_back(all_queries_ ? pair : queries_.add(query));
    pair_candidate_.source.push_back(all_candidates_ ? pair : candidates_.add(candidate));
    if (all_queries_) query_rows_.push_back(query);
    if (all_candidates_) candidate_rows_.push_back(candidate);
  }
}

// Counts each distinct row's occurrences in the batch, and their weight.
void Batcher::count(size_t queries, size_t candidates) {
  const size_t pairs = pair_query_.source.size();
  pair_count_.resize(pairs);
  query_count_.assign(queries, 0);
  candidate_count_.assign(candidates, 0);
  for (size_t p = 0; p < pairs; ++p) {
    const auto copies = static_cast<float>(row_pair_.offsets[p + 1] - row_pair_.offsets[p]);
    pair_count_[p] = copies;
    query_count_[pair_query_.source[p]] += copies;
    candidate_count_[pair_candidate_.source[p]] += copies;
  }
  pair_weight_ = pair_count_;
  total_weight_ = static_cast<double>(rows_.size());
  if (!data_.weights.empty()) {
    total_weight_ = 0;
    for (const uint32_t row : rows_) total_weight_ += data_.weights[row];
  }
  if (data_.retrieval_weights.empty()) return;
  pair_weight_.assign(pairs, 0);
  for (size_t r = 0; r < rows_.size(); ++r)
    pair_weight_[row_pair_.source[r]] += data_.retrieval_weights[rows_[r]];
}

const Batch& Batcher::make(std::span<const uint32_t> rows) {
  all_queries_ || all_candidates_ ? take_all_rows(rows) : find_pairs(rows);
  find_towers();
  const std::span<const uint32_t> queries =
      all_queries_ ? std::span<const uint32_t>(query_rows_) : queries_.members();
  const std::span<const uint32_t> candidates =
      all_candidates_ ? std::span<const uint32_t>(candidate_rows_) : candidates_.members();
  pair_query_.invert(queries.size());
  pair_candidate_.invert(candidates.size());
  count(queries.size(), candidates.size());
  candidate_log_share_.clear();
  if (!data_.item_log_share.empty()) {
    for (uint32_t candidate : candidates)
      candidate_log_share_.push_back(data_.item_log_share[data_.item_of_candidate[candidate]]);
  }
  batch_.at(kQueryRows) = {.encoded = data_.queries, .shown = queries, .multiplicity = query_count_};
  batch_.at(kCandidateRows) = {
      .encoded = data_.candidates, .shown = candidates, .multiplicity = candidate_count_};
  batch_.at(kPairRows) = {.parents = {pair_query_.view(), pair_candidate_.view()},
                          .multiplicity = pair_count_};
  batch_.at(kBatchRows) = {.parents = {row_pair_.view()}};
  return batch_;
}

std::optional<double> Batcher::own_weight(const Task& task) const {
  if (!task.has_scores() || !data_.has_own_weights(task.ranking)) return std::nullopt;
  const std::span<const float> weights = data_.weights_of(task.ranking);
  double sum = 0;
  for (const uint32_t row : rows_) sum += weights[row];
  return sum;
}

LossBatch Batcher::loss_batch(const Task& task) {
  LossBatch out{.rows = batch_.rows(),
                .candidate_multiplicity = batch_.candidates().multiplicity,
                .candidate_log_share = candidate_log_share_,
                .pairs_of_query = {batch_.pair_query().offsets, batch_.pair_query().copies},
                .pair_candidate = batch_.pair_candidate().source,
                .pair_weight = pair_weight_,
                .label_scale = task.label_scale};
  if (task.has_scores()) {
    out.labels = {data_.labels[task.ranking], rows_};
    out.weights = {data_.weights_of(task.ranking), rows_};
  }
  if (task.loss->needs().groups) out.rows_of_query = groups_.by_query(batch_);
  return out;
}

}  // namespace shortlist
