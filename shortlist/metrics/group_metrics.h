// Metrics of predictions within groups of rows, such as the rows of a user, of a query or of a session.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "shortlist/metrics/history.h"
#include "shortlist/metrics/predictions.h"

namespace shortlist {

// Rows by group: those of a group are consecutive, groups ascend, and rows of a group keep their order. Rows
// with unknown_index belong to no group.
std::vector<uint32_t> rows_by_group(std::span<const uint32_t> group);

// GAUC: the AUC of each group's rows, weighted by the weight of the rows (Zhu et al. 2017), for labels of 0
// and 1. Groups in which only one of the labels has a weight are left out; none if all are.
std::optional<double> grouped_auc(const Predictions& predictions, std::span<const uint32_t> group);

// Ranks the rows of each group by their predictions. Returns ndcg@k for each k, then map@k and mrr@k for each
// k, each averaged over the groups with a relevant row (list_metrics.h). A row is relevant if its label is
// above 0. Its gain is label x weight, or with `exponential`, (2^label - 1) x weight as in keras-rs. Without
// groups, the figures are 0.
Metrics group_figures(const Predictions& predictions, std::span<const uint32_t> group,
                      const std::vector<int>& ks, bool exponential = false);

// ranking_ndcg and ranking_ndcg@10: how well predictions order each group's rows by label. The mean over the
// groups of sum_{r <= k} (2^label_r - 1) / log2(r + 1), by descending prediction and divided by its value in
// the order of the labels. Equal predictions share their places' discounts, so that a constant prediction has
// the mean of all orders. Rows with a label below 0 or of weight 0 do not count, nor do groups whose labels
// are all equal, since every order of theirs is perfect; without others the figures are 0. keras-rs's NDCG,
// of lists with different labels.
Metrics ranking_figures(const Predictions& predictions, std::span<const uint32_t> group);

}  // namespace shortlist
