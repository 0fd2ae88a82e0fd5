#include "shortlist/index/rescored_search.h"

#include <algorithm>
#include <numeric>

#include "shortlist/math/selection.h"

namespace shortlist {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

Found search_all(std::span<const float> query, ConstMatrix vectors, size_t k, Eligible eligible) {
  std::vector<uint32_t> ids;
  for (uint32_t id = 0; id < vectors.rows; ++id) {
    if (eligible.empty() || eligible[id] != 0) ids.push_back(id);
  }
  return search_chosen(query, vectors, ids, k);
}

// Scores some of a query's candidates in float32.
class Rescorer {
 public:
  Rescorer(ConstMatrix queries, ConstMatrix vectors, size_t k, Eligible eligible,
           std::span<const uint32_t> always)
      : queries_(queries), vectors_(vectors), k_(k), eligible_(eligible) {
    for (uint32_t id : always) {
      if (eligible.empty() || eligible[id] != 0) always_.push_back(id);
    }
  }

  const std::vector<uint32_t>& always() const { return always_; }

  // The best of one tile. First scores the candidates within the error of the k-th best approximate score;
  // the k-th best of these then rules out all others, except in rare cases.
  Found of_tile(size_t q, std::span<const float> scores, const ScoreError& error) const {
    if (error.slack == kInfinity) return all(q);
    uint32_t ids[kTileColumns];
    const auto search = [&](float least) {
      size_t count = find_at_least(scores, least, ids);
      for (uint32_t id : always_) ids[count++] = id;
      return of(q, {ids, count});
    };
    const float half = error.slack / 2, least = least_of_best(scores, k_) - half;
    Found found = search(least);
    if (least == -kInfinity || found.best.size() < k_) return found;
    const double needed = found.best.back().score / error.unit - half;
    return needed < least ? search(static_cast<float>(needed)) : found;
  }

  Found of(size_t q, std::span<const uint32_t> ids) const {
    Found found = search_chosen(queries_.row_span(q), vectors_, ids, k_);
    // Some scores overflow to NaN; other candidates may take their places.
    return found.best.size() < std::min(k_, ids.size()) ? all(q) : found;
  }

  Found all(size_t q) const { return search_all(queries_.row_span(q), vectors_, k_, eligible_); }

 private:
  ConstMatrix queries_, vectors_;
  size_t k_;
  Eligible eligible_;
  std::vector<uint32_t> always_;
};

}  // namespace

std::vector<Found> search_rescored(ConstMatrix queries, ConstMatrix vectors, size_t k, Eligible eligible,
                                   const Deadline& deadline, ScoreTile score_tile,
                                   std::span<const ScoreError> errors, std::span<const uint32_t> always) {
  const Rescorer rescorer(queries, vectors, k, eligible, always);
  std::vector<Found> found(queries.rows);
  if (vectors.rows <= kTileColumns) {
    const auto take = [&](size_t q, size_t, std::span<const float> scores) {
      found[q] = rescorer.of_tile(q, scores, errors[q]);
    };
    score_tiles(queries.rows, vectors.rows, eligible, deadline, score_tile, take);
    return found;
  }
  const std::span<TopK> near = kept_top_k(queries.rows, k);
  for (size_t q = 0; q < queries.rows; ++q) near[q].reset(k, errors[q].slack);
  score_tiles(vectors.rows, eligible, deadline, score_tile, near);
  for (size_t q = 0; q < queries.rows; ++q) {
    if (errors[q].slack == kInfinity) deadline.check();
    static thread_local std::vector<uint32_t> ids;
    ids = rescorer.always();
    near[q].take_indices(ids);
    found[q] = errors[q].slack == kInfinity ? rescorer.all(q) : rescorer.of(q, ids);
  }
  return found;
}

}  // namespace shortlist
