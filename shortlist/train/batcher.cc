#include "shortlist/train/batcher.h"

#include <cmath>
#include <numeric>

#include "shortlist/losses/log_share.h"
#include "shortlist/model/invert_map.h"

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

void Batcher::Map::invert(size_t sources) { invert_map(source, sources, offsets, copies); }

Batcher::Batcher(const RowBlock& rows, bool all_queries, bool all_candidates)
    : data_(rows), all_queries_(all_queries), all_candidates_(all_candidates) {
  queries_.resize(rows.queries->rows);
  candidates_.resize(rows.candidates->rows);
  pairs_.resize(rows.pair_query.size());
}

void Batcher::add_histories(const ModelSpec& model) {
  histories_.emplace(model, *data_.queries);
  slots_.emplace(model);
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

// Returns the position of a further candidate.
uint32_t Batcher::add_candidate(uint32_t candidate) {
  if (!all_candidates_) return candidates_.add(candidate);
  candidate_rows_.push_back(candidate);
  return static_cast<uint32_t>(candidate_rows_.size() - 1);
}

void Batcher::add_negatives(const NegativeSource& source) {
  negatives_ = source.sampler != nullptr ? source.sampler->negatives() : Negatives();
  items_ = source.sampler != nullptr ? source.sampler->candidates().size() : 0;
  added_.clear();
  loss_candidate_.clear();
  pair_place_.clear();
  pair_negatives_.copies.clear();
  pair_negatives_.offsets.clear();
  if (!negatives_.adds_candidates()) return;
  const NegativeSampler& sampler = *source.sampler;
  if (negatives_.catalogue) return add_catalogue(source);
  for (size_t i = 0; i < source.earlier_rows.size() && source.part == 0; ++i)
    added_.push_back(add_candidate(data_.pair_candidate[data_.pair_of_row[source.earlier_rows[i]]]));
  if (!negatives_.per_pair) {
    if (source.part > 0) return;
    for (size_t i = 0; i < negatives_.drawn(); ++i)
      added_.push_back(add_candidate(sampler.draw(source.random, i)));
    return;
  }
  pair_negatives_.offsets.push_back(0);
  for (size_t p = 0; p < pair_numbers_.size(); ++p) {
    for (size_t i = 0; i < negatives_.drawn(); ++i)
      pair_negatives_.copies.push_back(add_candidate(sampler.draw(source.random.at(p), i)));
    pair_negatives_.offsets.push_back(static_cast<uint32_t>(pair_negatives_.copies.size()));
  }
}

// Each item is shown once, as its first candidate. The loss compares a pair's item as it is shown. A part of
// a batch shows its share of the items.
void Batcher::add_catalogue(const NegativeSource& source) {
  const NegativeSampler& sampler = *source.sampler;
  const std::span<const uint32_t> all = sampler.candidates();
  const auto begin = [&](size_t part) { return all.size() * part / source.parts; };
  for (size_t i = begin(source.part); i < begin(source.part + 1); ++i)
    added_.push_back(add_candidate(all[i]));
  for (const uint32_t number : pair_numbers_)
    pair_place_.push_back(sampler.place(data_.pair_candidate[number]));
  if (source.parts > 1) return;
  for (const uint32_t place : pair_place_) loss_candidate_.push_back(added_[place]);
}

void Batcher::count_negatives(const NegativeSource& source, std::span<const uint32_t> candidates) {
  if (negatives_.in_batch && !negatives_.catalogue) {
    negative_count_ = candidate_count_;
  } else {
    negative_count_.assign(candidates.size(), 0);
  }
  for (const uint32_t candidate : added_) negative_count_[candidate] += 1;
  candidate_item_.clear();
  candidate_log_share_.clear();
  if (data_.item_of_candidate.empty()) return;
  for (const uint32_t candidate : candidates) candidate_item_.push_back(data_.item_of_candidate[candidate]);
  if (data_.item_log_share.empty() || negatives_.catalogue) return;
  for (size_t j = 0; j < candidates.size(); ++j) {
    const uint32_t item = candidate_item_[j];
    const float share =
        source.shares != nullptr ? log_share(source.shares->share(item)) : data_.item_log_share[item];
    candidate_log_share_.push_back(negatives_.adds_candidates() ? mixed_share(source, candidates[j], share)
                                                                : share);
  }
}

// The log of the frequency of a candidate among the batch's rows and all further negatives.
float Batcher::mixed_share(const NegativeSource& source, uint32_t candidate, float share) const {
  const size_t own = source.parts > 1 ? source.batch_rows : rows_.size();
  const size_t rows = (negatives_.in_batch ? own : 0) + source.earlier_rows.size();
  return log_share(source.sampler->probability(candidate, std::exp(static_cast<double>(share)), rows));
}

const Batch& Batcher::make(std::span<const uint32_t> rows, const NegativeSource& negatives) {
  all_queries_ || all_candidates_ ? take_all_rows(rows) : find_pairs(rows);
  find_towers();
  add_negatives(negatives);
  const std::span<const uint32_t> queries =
      all_queries_ ? std::span<const uint32_t>(query_rows_) : queries_.members();
  const std::span<const uint32_t> candidates =
      all_candidates_ ? std::span<const uint32_t>(candidate_rows_) : candidates_.members();
  pair_query_.invert(queries.size());
  pair_candidate_.invert(candidates.size());
  count(queries.size(), candidates.size());
  count_negatives(negatives, candidates);
  batch_.at(kQueryRows) = {.encoded = data_.queries, .shown = queries, .multiplicity = query_count_};
  batch_.at(kCandidateRows) = {
      .encoded = data_.candidates, .shown = candidates, .multiplicity = candidate_count_};
  batch_.at(kPairRows) = {.parents = {pair_query_.view(), pair_candidate_.view()},
                          .multiplicity = pair_count_};
  batch_.at(kBatchRows) = {.parents = {row_pair_.view()}};
  if (histories_) histories_->add_to(batch_);
  if (slots_) slots_->add_to(batch_);
  return batch_;
}

std::optional<double> Batcher::own_weight(const Task& task) const {
  if (!task.has_scores()) return std::nullopt;
  const LabelColumn& label = find_label(data_.labels, task.label);
  if (label.weights.empty()) return std::nullopt;
  double sum = 0;
  for (const uint32_t row : rows_) sum += label.weights[row];
  return sum;
}

LossBatch Batcher::loss_batch(const Task& task) {
  LossBatch out{.rows = batch_.rows(),
                .candidate_multiplicity = negative_count_,
                .candidate_log_share = candidate_log_share_,
                .pairs_of_query = {batch_.pair_query().offsets, batch_.pair_query().copies},
                .pair_candidate = negatives_.catalogue ? std::span<const uint32_t>(loss_candidate_)
                                                       : batch_.pair_candidate().source,
                .pair_weight = pair_weight_,
                .own_is_counted = negatives_.in_batch || negatives_.catalogue,
                .candidate_item = candidate_item_,
                .negatives_of_pair = {pair_negatives_.offsets, pair_negatives_.copies},
                .items = items_,
                .label_scale = task.label_scale};
  if (task.has_scores()) {
    const LabelColumn& label = find_label(data_.labels, task.label);
    out.labels = {label.values, rows_};
    out.weights = {data_.weights_of(label), rows_};
  }
  if (task.has_embeddings() && negatives_.accidental_hits == AccidentalHits::user)
    out.excluded_of_query = taken_.of_queries(data_, batch_, rows_, candidate_item_);
  if (task.loss->needs().groups) {
    list_of_row_.clear();
    for (const uint32_t row : rows_)
      if (!data_.list_of_row.empty()) list_of_row_.push_back(data_.list_of_row[row]);
    out.rows_of_group = list_of_row_.empty() ? groups_.by_query(batch_) : groups_.by_number(list_of_row_);
  }
  return out;
}

PartCandidates Batcher::candidates() const {
  return {negative_count_, candidate_log_share_, candidate_item_,
          negatives_.catalogue ? std::span<const uint32_t>(added_) : std::span<const uint32_t>()};
}

LossBatch Batcher::loss_batch(const Task& task, const WholeCandidates& whole, size_t part) {
  LossBatch out = loss_batch(task);
  if (!task.has_embeddings()) return out;
  const PartCandidates all = whole.lists();
  const auto first = static_cast<uint32_t>(whole.first(part));
  out.candidate_multiplicity = all.multiplicity;
  out.candidate_log_share = all.log_share;
  out.candidate_item = all.item;
  loss_candidate_.clear();
  for (size_t p = 0; p < pair_numbers_.size(); ++p)
    loss_candidate_.push_back(negatives_.catalogue ? all.catalogue[pair_place_[p]]
                                                   : first + batch_.pair_candidate().source[p]);
  out.pair_candidate = loss_candidate_;
  pair_negatives_.source.clear();
  for (const uint32_t negative : pair_negatives_.copies) pair_negatives_.source.push_back(first + negative);
  out.negatives_of_pair.members = pair_negatives_.source;
  if (negatives_.accidental_hits == AccidentalHits::user)
    out.excluded_of_query = taken_.of_queries(data_, batch_, rows_, all.item);
  return out;
}

}  // namespace shortlist
