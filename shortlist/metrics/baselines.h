// What needs no model: the predictions that every evaluation puts beside the model's. Each is fitted on the
// train rows alone; weights count as that many rows. What was fitted is kept in the bundle, so that another
// table is measured against the same baselines.
#pragma once

#include <string>
#include <vector>

#include "shortlist/metrics/observations.h"
#include "shortlist/metrics/rank_metrics.h"
#include "shortlist/metrics/seen_items.h"

namespace shortlist {

// The baselines' names, as reports write them.
namespace baseline {
inline constexpr const char* global_mean = "global mean";
inline constexpr const char* item_mean = "item mean";
inline constexpr const char* biases = "user and item biases";
inline constexpr const char* popularity = "popularity";
inline constexpr const char* lookup = "most frequent per query";
}  // namespace baseline

// Means of one label in the train rows. The offsets are by candidate and by user; an index beyond them was
// never seen and has the offset 0.
struct LabelMeans {
  double mean = 0;
  bool binary = false;              // the labels are all 0 or 1
  std::vector<double> item_offset;  // the item's mean less the global mean
  std::vector<double> item_bias;    // these two are fitted together; empty without users
  std::vector<double> user_bias;
};
LabelMeans fit_label_means(const Observations& train);

struct RatingBaseline {
  std::string name;
  std::vector<float> prediction;  // one for each row of `rows`
};

// Global mean; item mean (an item never seen: the global mean); and with users, user and item biases:
// global + b_u + b_i by alternating least squares, damped by 5 rows of zero each.
// For 0/1 labels the predictions are probabilities: an item's mean counts one more row of the global mean,
// and the biases' sum is clipped to [0.01, 0.99], so that none claims to be certain.
std::vector<RatingBaseline> rating_baselines(const LabelMeans& means, const Observations& rows);

// How often candidates are in the train rows, by weight: overall, and with each query.
struct CandidateWeights {
  std::vector<double> overall;       // [catalogue]
  std::vector<uint64_t> offsets;     // query q was seen with candidates[offsets[q] .. offsets[q + 1])
  std::vector<uint32_t> candidates;  // ascending for each query
  std::vector<double> with_query;    // in the same order
};
// A candidate at or beyond `catalogue`, the number of candidates, is left out.
CandidateWeights fit_candidate_weights(const Observations& train, uint32_t catalogue);

// All that is fitted on the train rows for evaluation, as the bundle keeps it. Queries, items and users are
// numbered as in the table that the model was trained on.
struct Baselines {
  CandidateWeights candidates;
  std::vector<LabelMeans> labels;     // of each ranking task
  std::vector<uint64_t> query_keys;   // of each query: a hash of its values
  std::vector<uint64_t> rows;         // row_hashes() of the train rows (overlap.h)
  std::vector<float> item_log_share;  // the sampling correction; empty without it
};

struct RetrievalBaseline {
  std::string name;
  std::vector<Rank> rank;    // one for each row of `rows`
  std::vector<Rank> unseen;  // the same among the items that the row's user has not seen
};

// Popularity: candidates by how often they are in train. Most frequent per query, a lookup table: candidates
// by how often they are in train with the row's query, and where that ties by popularity. A candidate at or
// beyond the catalogue ranks behind all others. `unseen` is filled where `seen` is given, for queries that
// tell their user: then whatever is in the table with the query has been seen, and popularity is left.
std::vector<RetrievalBaseline> retrieval_baselines(const CandidateWeights& weights, const Observations& rows,
                                                   const SeenItems* seen = nullptr);

}  // namespace shortlist
