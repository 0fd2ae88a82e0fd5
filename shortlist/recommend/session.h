// The state of one call at a time for a bundle with towers: the plans of the towers and of the ranking, with
// their buffers.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "shortlist/base/deadline.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/model/plan.h"

namespace shortlist {

struct Bundle;
struct Towers;

// The features of queries and of candidates in the bundle.
struct ModelFeatures {
  explicit ModelFeatures(const Bundle& bundle);
  FeatureMap query, candidate;
};

class Session {
 public:
  // The bundle must have towers. Both arguments must outlive it.
  Session(const Bundle& bundle, const ModelFeatures& features);

  bool ranks() const { return ranking_.has_value(); }
  // A tower's output for each row of the columns, which match its features. Valid until the next call for the
  // same tower. Throws and counts as FeatureMap::encode(). All methods here throw a data Error for an output
  // that is not finite.
  ConstMatrix embed(const std::vector<Column>& columns, int tower, std::span<uint64_t> unseen = {});
  // The same for some rows that were encoded with the tower's features.
  ConstMatrix embed(const EncodedRows& encoded, std::span<const uint32_t> rows, int tower);
  // What rankings read of the rows of the last embed() of a tower, which rank() takes.
  ConstMatrix ranked(int tower) const;
  // Uses these instead of what the last queries had.
  void set_ranked_queries(ConstMatrix queries) { query_ranked_ = queries; }
  // `queries` and `candidates` are what rankings read: ranked(), Towers::ranked_item_vectors(). Returns
  // [pair][task]: the labels of the query at query_rows[pair] with the candidate at
  // candidate_rows[pair].
  std::vector<std::vector<float>> rank(ConstMatrix queries, ConstMatrix candidates,
                                       const std::vector<uint32_t>& query_rows,
                                       const std::vector<uint32_t>& candidate_rows,
                                       const Deadline& deadline = {});
  // The same for pairs of equal rows of queries and candidates.
  std::vector<std::vector<float>> rank(ConstMatrix queries, ConstMatrix candidates);

 protected:
  const Bundle& bundle_;
  const ModelFeatures& features_;

 private:
  const Towers& towers_;
  ThreadPool pool_{1};
  Plan query_, candidate_;
  std::optional<Plan> ranking_;
  Buffer queries_, candidates_, ranked_queries_, ranked_candidates_;
  ConstMatrix query_ranked_{}, candidate_ranked_{};
};

}  // namespace shortlist
