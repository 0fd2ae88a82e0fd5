// NDCG within groups of rows, such as those of a user: how well predictions order a group's rows by label.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "shortlist/metrics/history.h"

namespace shortlist {

// Rows of groups. `weight` may be empty. Rows with a label below 0 or of weight 0 do not count.
struct GroupedRows {
  std::span<const uint32_t> group;  // per row: the number of its group
  std::span<const float> prediction, label, weight;
};

// The mean of sum_{r <= k} (2^label_r - 1) / log2(r + 1) over the groups, by descending prediction and
// divided by its value in the order of the labels; k = 0: all rows. Equal predictions share their places'
// discounts. Groups whose labels are all equal do not count, since every order of theirs is perfect; without
// others it is 0. keras-rs's NDCG, of lists with different labels.
double group_ndcg(const GroupedRows& rows, size_t k);

// ranking_ndcg and ranking_ndcg@10.
Metrics group_figures(const GroupedRows& rows);

}  // namespace shortlist
