// What needs no model: the predictions that every evaluation puts beside the model's. Each is fitted on the
// train rows alone; weights count as that many rows.
#pragma once

#include <string>
#include <vector>

#include "shortlist/metrics/observations.h"
#include "shortlist/metrics/rank_metrics.h"

namespace shortlist {

// The baselines' names, as reports write them.
namespace baseline {
inline constexpr const char* global_mean = "global mean";
inline constexpr const char* item_mean = "item mean";
inline constexpr const char* biases = "user and item biases";
inline constexpr const char* popularity = "popularity";
inline constexpr const char* lookup = "most frequent per query";
}  // namespace baseline

struct RatingBaseline {
  std::string name;
  std::vector<float> prediction;  // one for each row of `rows`
};

// Global mean; item mean (an item never seen: the global mean); and with users, user and item biases:
// global + b_u + b_i by alternating least squares, damped by 5 rows of zero each.
// For 0/1 labels the predictions are probabilities: an item's mean counts one more row of the global mean,
// and the biases' sum is clipped to [0.01, 0.99], so that none claims to be certain.
std::vector<RatingBaseline> rating_baselines(const Observations& train, const Observations& rows);

struct RetrievalBaseline {
  std::string name;
  std::vector<Rank> rank;  // one for each row of `rows`
};

// Popularity: candidates by how often they stand in train. Most frequent per query, a lookup table:
// candidates by how often they stand with the row's query, and where that ties by popularity. A candidate at
// or beyond `catalogue`, the number of candidates, ranks behind all others.
std::vector<RetrievalBaseline> retrieval_baselines(const Observations& train, const Observations& rows,
                                                   uint32_t catalogue);

}  // namespace shortlist
