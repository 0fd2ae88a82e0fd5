#include "shortlist/train/taken_items.h"

#include <algorithm>

namespace shortlist {
namespace {

constexpr uint32_t kNone = 0xffffffff;

}  // namespace

void TakenItems::index_candidates(std::span<const uint32_t> candidate_item) {
  for (const uint32_t item : items_) first_[item] = kNone;
  items_.assign(candidate_item.begin(), candidate_item.end());
  next_.resize(candidate_item.size());
  for (uint32_t candidate = 0; candidate < candidate_item.size(); ++candidate) {
    const uint32_t item = candidate_item[candidate];
    if (first_.size() <= item) first_.resize(item + size_t{1}, kNone);
    next_[candidate] = first_[item];
    first_[item] = candidate;
  }
}

void TakenItems::add_user(const RowBlock& data, uint32_t user) {
  const Events events = data.interactions->of(user);
  for (size_t i = 0; i < events.size(); ++i) {
    if (!events.is_positive(i) || events.items[i] >= first_.size()) continue;
    for (uint32_t c = first_[events.items[i]]; c != kNone; c = next_[c]) found_.push_back(c);
  }
}

Groups TakenItems::of_queries(const RowBlock& data, const Batch& batch, std::span<const uint32_t> rows,
                              std::span<const uint32_t> candidate_item) {
  const size_t queries = batch.queries().shown.size();
  users_.resize(std::max(users_.size(), queries));
  for (size_t q = 0; q < queries; ++q) users_[q].clear();
  for (size_t r = 0; !data.user_of_row.empty() && r < rows.size(); ++r) {
    std::vector<uint32_t>& users = users_[batch.pair_query().source[batch.row_pair().source[r]]];
    const uint32_t user = data.user_of_row[rows[r]];
    if (std::ranges::find(users, user) == users.end()) users.push_back(user);
  }
  index_candidates(candidate_item);
  offsets_.assign(1, 0);
  candidates_.clear();
  for (size_t q = 0; q < queries; ++q) {
    found_.clear();
    for (const uint32_t user : users_[q]) add_user(data, user);
    std::ranges::sort(found_);
    candidates_.insert(candidates_.end(), found_.begin(), std::ranges::unique(found_).begin());
    offsets_.push_back(static_cast<uint32_t>(candidates_.size()));
  }
  return {offsets_, candidates_};
}

}  // namespace shortlist
