// What one call at a time works with: the plans of a bundle's towers and of its ranking, with their buffers.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "shortlist/base/deadline.h"
#include "shortlist/features/feature_map.h"
#include "shortlist/model/plan.h"

namespace shortlist {

struct Bundle;

// The bundle's features, by the tower that they enter.
struct TowerFeatures {
  explicit TowerFeatures(const Bundle& bundle);
  FeatureMap query, candidate;
};

class Session {
 public:
  // Both must outlive it.
  Session(const Bundle& bundle, const TowerFeatures& features);

  bool ranks() const { return ranking_.has_value(); }
  // A tower's output for each row of the columns, which go with its features. Valid until the next call for
  // the same tower. Throws and counts as FeatureMap::encode(). All of these
  // throw a data Error for an output that is not finite.
  ConstMatrix embed(const std::vector<Column>& columns, int tower, std::span<uint64_t> unseen = {});
  // The same of some rows that the tower's features have encoded.
  ConstMatrix embed(const EncodedRows& encoded, std::span<const uint32_t> rows, int tower);
  // [pair][task]: the labels of the query at query_rows[pair] with the candidate at candidate_rows[pair].
  std::vector<std::vector<float>> rank(ConstMatrix queries, ConstMatrix candidates,
                                       const std::vector<uint32_t>& query_rows,
                                       const std::vector<uint32_t>& candidate_rows,
                                       const Deadline& deadline = {});
  // The same of queries and candidates row by row.
  std::vector<std::vector<float>> rank(ConstMatrix queries, ConstMatrix candidates);

 private:
  const Bundle& bundle_;
  const TowerFeatures& features_;
  ThreadPool pool_{1};
  Plan query_, candidate_;
  std::optional<Plan> ranking_;
  Buffer queries_, candidates_;
};

}  // namespace shortlist
