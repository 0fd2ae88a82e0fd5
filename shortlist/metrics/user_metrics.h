// Metrics of each user's lists (list_metrics.h), averaged over users.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "shortlist/metrics/history.h"
#include "shortlist/metrics/observations.h"
#include "shortlist/metrics/rank_metrics.h"
#include "shortlist/metrics/seen_items.h"

namespace shortlist {

std::string recall_name(int k);                    // "recall@10"
std::string ndcg_name(int k);                      // "ndcg@10"
std::string unseen_name(const std::string& name);  // "unseen_top_10": without seen items

// The items that a user's list ranks: those of the catalogue, without the ones that the user has seen if
// `left_out` is given. Needed for list_auc only.
struct ListItems {
  size_t catalogue = 0;
  const SeenItems* left_out = nullptr;

  size_t of(uint32_t user) const { return catalogue - (left_out == nullptr ? 0 : left_out->of(user).size()); }
};

// Returns recall@k for each k, then ndcg@k, precision@k, hit@k, map@k and mrr@k for each k. A list is the
// answer to a query. Its relevant items are the distinct candidates of the rows with that query; `rank` has
// their positions, one per row. The row's weight is the item's gain, and items of weight 0 are not relevant.
// A user's figure is the mean over the user's lists, and the result is the mean over users. Rows without a
// user are left out; without any rows the figures are 0. `rows` needs query, candidate and user.
//
// With `items`, which must contain all ranked items, also returns list_auc: over all pairs of a relevant and
// another item of the list, the share in which the relevant one has the higher score; a tie counts half, and
// a relevant item that the list cannot contain loses. Lists without other items do not count for it.
Metrics user_figures(const Observations& rows, std::span<const Rank> rank, const std::vector<int>& ks,
                     const ListItems* items = nullptr);

// The figures of each user by themselves, to compare models user by user.
struct FiguresByUser {
  std::vector<uint32_t> users;              // ascending; only those with a relevant item
  std::vector<std::string> names;           // recall@k for each k, then ndcg@k, ... as above
  std::vector<std::vector<double>> values;  // [name][user]
};
FiguresByUser figures_by_user(const Observations& rows, std::span<const Rank> rank,
                              const std::vector<int>& ks);

}  // namespace shortlist
