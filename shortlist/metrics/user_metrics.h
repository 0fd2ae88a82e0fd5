// Recall and NDCG of each user's lists, averaged over users.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "shortlist/metrics/history.h"
#include "shortlist/metrics/observations.h"
#include "shortlist/metrics/rank_metrics.h"

namespace shortlist {

std::string recall_name(int k);                    // "recall@10"
std::string ndcg_name(int k);                      // "ndcg@10"
std::string unseen_name(const std::string& name);  // "unseen_top_10": without seen items

// Returns recall@k for each k, then ndcg@k for each k. A list is the answer to a query. Its relevant items
// are the distinct candidates of the rows with that query; `rank` has their positions, one per row.
//   recall@k = sum of w over relevant items among the first k / sum of w
//   ndcg@k   = sum of w / log2(1 + position) over the same / the maximum of this sum
// w is the row's weight. A user's figure is the mean over the user's lists, and the result is the mean over
// users. Rows without a user are left out; without any rows the figures are 0. `rows` needs query, candidate
// and user.
Metrics user_figures(const Observations& rows, std::span<const Rank> rank, const std::vector<int>& ks);

}  // namespace shortlist
