// The figures of served lists beyond accuracy.
#pragma once

#include <vector>

#include "shortlist/jobs/served_lists.h"
#include "shortlist/metrics/baselines.h"
#include "shortlist/metrics/catalogue_metrics.h"
#include "shortlist/metrics/history.h"

namespace shortlist {

// Distances between items by their attributes.
class AttributeDistance {
 public:
  // Uses the attributes that are texts or lists.
  explicit AttributeDistance(const Items& items);

  bool empty() const { return attributes_.empty(); }
  // The mean over the attributes that at least one of the items has of 1 - the Jaccard similarity of their
  // values: 0 or 1 for texts. 1 if neither has any.
  double operator()(uint32_t a, uint32_t b) const;

 private:
  std::vector<std::vector<std::vector<uint32_t>>>
      attributes_;  // [attribute][item]: numbers of values, ascending
};

struct ListVariety {
  Metrics model, popularity;
};

// coverage@k, gini@k, novelty@k, diversity@k (by the items' vectors, if there are any) and
// attribute_diversity@k (if there are text or list attributes, over at most 2,000 lists) for each k, of the
// lists that were served, and of the most popular items for the same queries. With `drop_seen`, the latter
// leave out the items that the query's user has seen, as the former do.
ListVariety list_variety(const ListModel& model, const ServedLists& served, bool drop_seen,
                         const CandidateWeights& train, const std::vector<int>& ks);

}  // namespace shortlist
