// Recall and NDCG of each user's list, averaged over users.
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
std::string unseen_name(const std::string& name);  // "unseen_top_10": with seen items left out

// recall@k for each k, then ndcg@k for each k. A list is the answer to a query; its relevant items are the
// candidates that the rows have with that query, each once, and `rank` has their places, one for each row.
//   recall@k = sum of w over relevant items among the first k / sum of w
//   ndcg@k   = sum of w / log2(1 + position) over the same / the highest value that this sum can have
// w is the row's weight. A user's figure is the mean over the user's lists, and the result is the mean over
// users. Rows without a user are left out; without any row the figures are 0. `rows` needs query, candidate
// and user.
Metrics user_figures(const Observations& rows, std::span<const Rank> rank, const std::vector<int>& ks);

}  // namespace shortlist
