#include "shortlist/losses/softmax_row.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace shortlist {

double SoftmaxRules::weight_of_one(uint32_t candidate) const {
  return batch.candidate_log_share.empty()
             ? 1
             : std::exp(-static_cast<double>(batch.candidate_log_share[candidate]));
}

double SoftmaxRules::own_weight(uint32_t candidate) const {
  const double one = weight_of_one(candidate);
  if (accidental_hits != AccidentalHits::none) return one;
  return batch.own_is_counted ? weights[candidate] : one + weights[candidate];
}

void SoftmaxRow::begin(const SoftmaxRules& rules, size_t query) {
  query_ = query;
  loss_ = factor_ = 0;
  entries_.clear();
  const LossBatch& batch = rules.batch;
  for (const uint32_t pair : batch.pairs_of_query[query]) {
    const uint32_t own = batch.pair_candidate[pair];
    entries_.push_back({own});
    if (rules.accidental_hits == AccidentalHits::none) continue;
    rules.same_items.others(own, [&](uint32_t other) { entries_.push_back({other}); });
  }
  if (batch.excluded_of_query.size() > 0) {
    for (const uint32_t candidate : batch.excluded_of_query[query])
      entries_.push_back({.candidate = candidate, .excluded = true});
  }
  // Of equal candidates, the one that is excluded remains.
  std::ranges::sort(entries_, {}, [](const Entry& e) { return std::pair(e.candidate, !e.excluded); });
  entries_.erase(std::ranges::unique(entries_, {}, &Entry::candidate).begin(), entries_.end());
}

void SoftmaxRow::take(std::span<float> scores, size_t first) {
  auto at =
      std::ranges::lower_bound(entries_, first, {}, [](const Entry& e) -> size_t { return e.candidate; });
  for (; at != entries_.end() && at->candidate < first + scores.size(); ++at)
    at->score = std::exchange(scores[at->candidate - first], -std::numeric_limits<float>::infinity());
}

SoftmaxRow::Entry& SoftmaxRow::entry(uint32_t candidate) {
  return *std::ranges::lower_bound(entries_, candidate, {}, &Entry::candidate);
}

bool SoftmaxRow::is_negative(const SoftmaxRules& rules, const Entry& entry, uint32_t own) const {
  if (entry.candidate == own || entry.excluded) return false;
  const std::span<const uint32_t> item = rules.batch.candidate_item;
  return rules.accidental_hits == AccidentalHits::none || item.empty() || item[entry.candidate] != item[own];
}

void SoftmaxRow::finish(const SoftmaxRules& rules, float highest, double total) {
  for (const uint32_t pair : rules.batch.pairs_of_query[query_]) finish_pair(rules, pair, highest, total);
}

void SoftmaxRow::finish_pair(const SoftmaxRules& rules, uint32_t pair, float highest, double total) {
  const uint32_t own = rules.batch.pair_candidate[pair];
  const double weight = rules.batch.pair_weight[pair];
  chosen_.assign(1, {own, rules.own_weight(own)});
  for (const Entry& e : entries_)
    if (is_negative(rules, e, own)) chosen_.push_back({e.candidate, rules.weights[e.candidate]});
  double shift = total > 0 ? highest : -std::numeric_limits<double>::infinity();
  for (const Chosen& c : chosen_) shift = std::max<double>(shift, entry(c.candidate).score);
  double z = total > 0 ? total * std::exp(highest - shift) : 0;
  for (const Chosen& c : chosen_) z += c.weight * std::exp(entry(c.candidate).score - shift);
  loss_ += weight * (shift + std::log(z) - entry(own).score);
  if (total > 0) factor_ += weight * std::exp(highest - shift) / z;
  for (const Chosen& c : chosen_)
    entry(c.candidate).gradient += weight * c.weight * std::exp(entry(c.candidate).score - shift) / z;
  entry(own).gradient -= weight;
}

void SoftmaxRow::finish_hard(const SoftmaxRules& rules, std::span<const float> logits) {
  // A pair leaves out at most the entries, so these are enough for every pair.
  const size_t most = std::min(logits.size(), rules.hard_negatives + entries_.size());
  order_.resize(logits.size());
  for (uint32_t j = 0; j < order_.size(); ++j) order_[j] = j;
  std::ranges::partial_sort(
      order_, order_.begin() + static_cast<std::ptrdiff_t>(most),
      [&](uint32_t a, uint32_t b) { return logits[a] != logits[b] ? logits[a] > logits[b] : a < b; });
  order_.resize(most);
  std::vector<uint32_t> excluded;
  for (const Entry& e : entries_)
    if (e.excluded) excluded.push_back(e.candidate);
  for (const uint32_t j : order_) entries_.push_back({.candidate = j});
  std::ranges::stable_sort(entries_, {}, &Entry::candidate);
  entries_.erase(std::ranges::unique(entries_, {}, &Entry::candidate).begin(), entries_.end());
  for (Entry& e : entries_) e.excluded = std::ranges::binary_search(excluded, e.candidate);
  for (const uint32_t pair : rules.batch.pairs_of_query[query_]) finish_hard_pair(rules, pair, logits);
}

// Of equal scores, the candidates that the batch lists first count. A candidate that occurs several times
// counts as that many negatives.
void SoftmaxRow::finish_hard_pair(const SoftmaxRules& rules, uint32_t pair, std::span<const float> logits) {
  const LossBatch& batch = rules.batch;
  const uint32_t own = batch.pair_candidate[pair];
  const double weight = batch.pair_weight[pair];
  chosen_.assign(1, {own, 1});
  auto left = static_cast<double>(rules.hard_negatives);
  for (const uint32_t j : order_) {
    if (left <= 0) break;
    double copies = batch.candidate_multiplicity[j];
    if (j == own) copies = rules.accidental_hits != AccidentalHits::none ? 0 : copies - batch.own_is_counted;
    if (j != own && !is_negative(rules, entry(j), own)) copies = 0;
    copies = std::clamp(copies, 0.0, left);
    left -= copies;
    if (copies > 0) chosen_.push_back({j, copies});
  }
  double shift = logits[own], z = 0;
  for (const Chosen& c : chosen_) shift = std::max<double>(shift, logits[c.candidate]);
  for (const Chosen& c : chosen_) z += c.weight * std::exp(logits[c.candidate] - shift);
  const double log_share = batch.candidate_log_share.empty() ? 0 : batch.candidate_log_share[own];
  loss_ += weight * (shift + std::log(z) - (logits[own] + log_share));
  for (const Chosen& c : chosen_)
    entry(c.candidate).gradient += weight * c.weight * std::exp(logits[c.candidate] - shift) / z;
  entry(own).gradient -= weight;
}

}  // namespace shortlist
