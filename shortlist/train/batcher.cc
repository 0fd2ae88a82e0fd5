#include "shortlist/train/batcher.h"

namespace shortlist {

void Batcher::Distinct::start() {
  members_.clear();
  if (++generation_ == 0) {  // wrapped around: what is left of old generations must not look new
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
  // Each offset now stands at the end of its own copies: shift them to the begin.
  for (size_t s = sources; s > 0; --s) offsets[s] = offsets[s - 1];
  offsets[0] = 0;
}

Batcher::Batcher(const Dataset& data, bool all_queries, bool all_candidates)
    : data_(data), all_queries_(all_queries), all_candidates_(all_candidates) {
  queries_.resize(data.queries.rows);
  candidates_.resize(data.candidates.rows);
  pairs_.resize(data.pair_query.size());
}

void Batcher::find_pairs(std::span<const uint32_t> rows) {
  queries_.start();
  candidates_.start();
  pairs_.start();
  row_pair_.source.clear();
  pair_query_.source.clear();
  pair_candidate_.source.clear();
  query_rows_.clear();
  candidate_rows_.clear();
  for (size_t r = 0; r < rows.size(); ++r) {
    const uint32_t row = rows[r];
    const bool all = all_queries_ || all_candidates_;
    const uint32_t pair = all ? static_cast<uint32_t>(r) : pairs_.add(data_.pair_of_row[row]);
    row_pair_.source.push_back(pair);
    if (pair < pair_query_.source.size()) continue;
    const uint32_t query = data_.query_of_row[row], candidate = data_.candidate_of_row[row];
    pair_query_.source.push_back(all_queries_ ? pair : queries_.add(query));
    pair_candidate_.source.push_back(all_candidates_ ? pair : candidates_.add(candidate));
    if (all_queries_) query_rows_.push_back(query);
    if (all_candidates_) candidate_rows_.push_back(candidate);
  }
}

const Batch& Batcher::make(std::span<const uint32_t> rows) {
  find_pairs(rows);
  const std::span<const uint32_t> queries =
      all_queries_ ? std::span<const uint32_t>(query_rows_) : queries_.members();
  const std::span<const uint32_t> candidates =
      all_candidates_ ? std::span<const uint32_t>(candidate_rows_) : candidates_.members();
  const size_t pairs = pair_query_.source.size();
  row_pair_.invert(pairs);
  pair_query_.invert(queries.size());
  pair_candidate_.invert(candidates.size());
  pair_count_.assign(pairs, 0);
  pair_weight_.assign(pairs, 0);
  query_count_.assign(queries.size(), 0);
  candidate_count_.assign(candidates.size(), 0);
  total_weight_ = 0;
  for (size_t r = 0; r < rows.size(); ++r) {
    const uint32_t pair = row_pair_.source[r];
    const float weight = data_.weights.empty() ? 1 : data_.weights[rows[r]];
    pair_count_[pair] += 1;
    pair_weight_[pair] += weight;
    query_count_[pair_query_.source[pair]] += 1;
    candidate_count_[pair_candidate_.source[pair]] += 1;
    total_weight_ += weight;
  }
  candidate_log_share_.clear();
  if (!data_.item_log_share.empty()) {
    for (uint32_t candidate : candidates)
      candidate_log_share_.push_back(data_.item_log_share[data_.item_of_candidate[candidate]]);
  }
  batch_ = {&data_.queries,         &data_.candidates, queries,      candidates,       pair_query_.view(),
            pair_candidate_.view(), row_pair_.view(),  query_count_, candidate_count_, pair_count_};
  return batch_;
}

}  // namespace shortlist
