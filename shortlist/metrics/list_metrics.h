// Metrics of one list of items, of which some are relevant. All figures are in [0, 1], and 1 is best.
//
// An item's position is 1 plus the number of other items with an equal or higher score, so ties count against
// the model. A figure at k counts the items at positions up to k.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace shortlist {

// A relevant item: its position in the list, from 1, or infinity if the list cannot contain it, and its gain,
// above 0.
struct Relevant {
  double position = 0, gain = 1;
};

inline constexpr size_t whole_list = std::numeric_limits<size_t>::max();

// The figures of a list that is described by its relevant items, in any order. All are 0 without a relevant
// item. The gain matters to recall and ndcg only.
//   recall             sum of the gains at positions up to k / sum of all gains
//   precision          number of relevant items at positions up to k / k, however short the list is
//   hit                1 if a relevant item has a position up to k
//   reciprocal_rank    1 / the best position of a relevant item, 0 beyond k
//   average_precision  sum over the relevant items at positions p up to k of (number of relevant items at
//                      positions up to p) / p, divided by the number of all relevant items (as in trec_eval)
//   ndcg               sum of gain / log2(1 + position) over positions up to k / the highest value that this
//                      sum can have (Jarvelin and Kekalainen 2002, with linear gains)
double recall(std::span<const Relevant> relevant, size_t k);
double precision(std::span<const Relevant> relevant, size_t k);  // k is at least 1 and not whole_list
double hit(std::span<const Relevant> relevant, size_t k);
double reciprocal_rank(std::span<const Relevant> relevant, size_t k = whole_list);
double average_precision(std::span<const Relevant> relevant, size_t k = whole_list);
double ndcg(std::span<const Relevant> relevant, size_t k = whole_list);

// The relevant items of a list that is described by the score and the gain of each item. An item is relevant
// if its gain is above 0. Scores must not be NaN.
std::vector<Relevant> relevant_items(std::span<const float> scores, std::span<const float> gains);

// The same figures of such a list.
double recall(std::span<const float> scores, std::span<const float> gains, size_t k);
double precision(std::span<const float> scores, std::span<const float> gains, size_t k);
double hit(std::span<const float> scores, std::span<const float> gains, size_t k);
double reciprocal_rank(std::span<const float> scores, std::span<const float> gains, size_t k = whole_list);
double average_precision(std::span<const float> scores, std::span<const float> gains, size_t k = whole_list);
double ndcg(std::span<const float> scores, std::span<const float> gains, size_t k = whole_list);

// The discount of a position from 1 on: 1 / log2(1 + position).
double discount(double position);

// The gain of a graded label in keras-rs and TF-Ranking: 2^label - 1.
double exponential_gain(double label);

}  // namespace shortlist
