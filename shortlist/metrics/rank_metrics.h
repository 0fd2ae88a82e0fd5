// Metrics of retrieval: the rank of a row's own candidate in the whole catalogue.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shortlist/metrics/history.h"

namespace shortlist {

// The number of candidates in the catalogue with a strictly higher score than the row's own, and of others
// with an equal score. If the row's own candidate has no finite score, greater = catalogue size.
struct Rank {
  uint32_t greater = 0, equal = 0;
  bool absent = false;  // the candidate cannot be in the list: a miss for every k, even if k exceeds the
                        // number of candidates

  // 1 is best; ties count against the model. An absent candidate ranks last.
  double position() const { return 1.0 + greater + equal; }
  bool operator==(const Rank&) const = default;
};

inline bool top_k_hit(Rank rank, int k) { return !rank.absent && rank.position() <= k; }
// As TensorFlow's in_top_k: ties count for the model, so if all scores are equal, every row is a hit.
inline bool keras_top_k_hit(Rank rank, int k) {
  return !rank.absent && rank.greater < static_cast<uint32_t>(k);
}

std::string top_k_name(int k);        // "top_10"
std::string keras_top_k_name(int k);  // "keras_top_10"

// Sums over rows; sums of parts of the rows can be merged. A mean over no rows is 0, as in Keras.
class RankMetrics {
 public:
  explicit RankMetrics(std::vector<int> ks);
  void add(Rank rank, double weight = 1);
  // `other` must have the same ks.
  void merge(const RankMetrics& other);
  // top_k for each k, keras_top_k for each k, mrr, mean_rank.
  Metrics figures() const;

 private:
  std::vector<int> ks_;
  std::vector<double> hits_, keras_hits_;  // one per k
  double reciprocal_ = 0, position_ = 0, weight_ = 0;
};

}  // namespace shortlist
