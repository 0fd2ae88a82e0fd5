// Baselines: predictions without a model, to which every evaluation compares the model's. Each is fitted on
// the training rows only; a row's weight counts as that many rows. The fitted baselines are saved in the
// bundle, so that evaluations of other tables use the same ones.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "shortlist/metrics/observations.h"
#include "shortlist/metrics/rank_metrics.h"
#include "shortlist/metrics/seen_items.h"

namespace shortlist {

// Names of the baselines in reports.
namespace baseline {
inline constexpr const char* global_mean = "global mean";
inline constexpr const char* item_mean = "item mean";
inline constexpr const char* biases = "user and item biases";
inline constexpr const char* popularity = "popularity";
inline constexpr const char* lookup = "most frequent per query";
}  // namespace baseline

// Means of one label over the training rows. The offsets are indexed by candidate and by user; an index
// beyond the end was never seen and has the offset 0.
struct LabelMeans {
  double mean = 0;
  bool binary = false;              // the labels are all 0 or 1
  std::vector<double> item_offset;  // the item's mean minus the global mean
  std::vector<double> item_bias;    // item_bias and user_bias are fitted together; empty without users
  std::vector<double> user_bias;
};
LabelMeans fit_label_means(const Observations& train);

struct RatingBaseline {
  std::string name;
  std::vector<float> prediction;  // one per row of `rows`
};

// Global mean; item mean (the global mean for an unseen item); and with users, user and item biases: global +
// b_u + b_i, fitted by alternating least squares and damped by 5 rows of zero each.
// For 0/1 labels the predictions are probabilities: an item's mean includes one extra row of the global mean,
// and the biases' sum is clipped to [0.01, 0.99], so that no prediction is certain.
std::vector<RatingBaseline> rating_baselines(const LabelMeans& means, const Observations& rows);

// How often candidates occur in the training rows, by weight: in total, and with each query.
struct CandidateWeights {
  std::vector<double> overall;       // [catalogue]
  std::vector<uint64_t> offsets;     // query q occurs with candidates[offsets[q] .. offsets[q + 1])
  std::vector<uint32_t> candidates;  // ascending for each query
  std::vector<double> with_query;    // in the same order
};
// Ignores candidates at or beyond `catalogue`, the number of candidates.
CandidateWeights fit_candidate_weights(const Observations& train, uint32_t catalogue);

// Everything that evaluation needs from the training rows, as saved in the bundle. Queries, items and users
// are numbered as in the table that the model was trained on.
struct Baselines {
  CandidateWeights candidates;
  std::vector<std::pair<std::string, LabelMeans>> labels;  // of the ranking tasks, by name
  std::vector<uint64_t> query_keys;                        // per query: a hash of its values
  std::vector<uint64_t> rows;                              // row_hashes() of the training rows (overlap.h)
  std::vector<float> item_log_share;                       // the sampling correction; empty without it

  const LabelMeans& means_of(const std::string& label) const;
};

struct RetrievalBaseline {
  std::string name;
  std::vector<Rank> rank;    // one per row of `rows`
  std::vector<Rank> unseen;  // the rank among the items that the row's user has not seen
};

// Popularity ranks candidates by their frequency in the training rows. Most frequent per query, a lookup
// table, ranks them by their frequency with the row's query, ties by popularity. A candidate at or beyond the
// catalogue ranks last. `unseen` is filled if `seen` is given, for queries that identify their user. Every
// item that the lookup table has for the query has then been seen, so unseen items are ranked by popularity.
std::vector<RetrievalBaseline> retrieval_baselines(const CandidateWeights& weights, const Observations& rows,
                                                   const SeenItems* seen = nullptr);

}  // namespace shortlist
