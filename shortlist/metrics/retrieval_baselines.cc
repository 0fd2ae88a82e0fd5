#include <algorithm>
#include <functional>
#include <numeric>
#include <tuple>

#include "shortlist/base/error.h"
#include "shortlist/metrics/baselines.h"

namespace shortlist {
namespace {

// Counts the values above and equal to `value` in a descending list.
template <typename T>
Rank standing(std::span<const T> falling, const T& value) {
  const auto [first, last] = std::equal_range(falling.begin(), falling.end(), value, std::greater<T>());
  return {static_cast<uint32_t>(first - falling.begin()), static_cast<uint32_t>(last - first)};
}

// A candidate's weight in the training rows with one query, then over all queries.
struct Frequency {
  double with_query = 0, overall = 0;
  auto operator<=>(const Frequency&) const = default;
};

class Popularity {
 public:
  explicit Popularity(const std::vector<double>& weights) : weights_(weights), falling_(weights) {
    std::sort(falling_.begin(), falling_.end(), std::greater<>());
  }
  double of(uint32_t candidate) const { return weights_[candidate]; }
  uint32_t catalogue() const { return static_cast<uint32_t>(weights_.size()); }
  // The equal ones include the candidate itself.
  Rank standing_of(uint32_t candidate) const {
    return standing(std::span<const double>(falling_), weights_[candidate]);
  }
  Rank rank(uint32_t candidate) const {
    const Rank at = standing_of(candidate);
    return {at.greater, at.equal - 1};
  }

 private:
  const std::vector<double>& weights_;
  std::vector<double> falling_;
};

// The candidates seen in the training rows with each query.
class LookupTable {
 public:
  LookupTable(const CandidateWeights& weights, const Popularity& popularity)
      : weights_(weights), popularity_(popularity) {
    falling_.reserve(weights.candidates.size());
    overall_falling_.reserve(weights.candidates.size());
    for (size_t i = 0; i < weights.candidates.size(); ++i) {
      falling_.push_back({weights.with_query[i], popularity.of(weights.candidates[i])});
      overall_falling_.push_back(falling_.back().overall);
    }
    for (size_t q = 0; q + 1 < weights.offsets.size(); ++q) {
      const auto first = static_cast<std::ptrdiff_t>(weights.offsets[q]),
                 last = static_cast<std::ptrdiff_t>(weights.offsets[q + 1]);
      std::sort(falling_.begin() + first, falling_.begin() + last, std::greater<>());
      std::sort(overall_falling_.begin() + first, overall_falling_.begin() + last, std::greater<>());
    }
  }

  Rank rank(uint32_t query, uint32_t candidate) const {
    if (size_t{query} + 1 >= weights_.offsets.size()) return popularity_.rank(candidate);
    const size_t begin = weights_.offsets[query], count = weights_.offsets[query + 1] - begin;
    if (count == 0) return popularity_.rank(candidate);
    const std::span<const uint32_t> seen(&weights_.candidates[begin], count);
    const auto own = std::lower_bound(seen.begin(), seen.end(), candidate);
    if (own == seen.end() || *own != candidate) return rank_of_unseen(begin, count, candidate);
    const Frequency frequency{weights_.with_query[begin + static_cast<size_t>(own - seen.begin())],
                              popularity_.of(candidate)};
    const Rank at = standing(std::span<const Frequency>(&falling_[begin], count), frequency);
    return {at.greater, at.equal - 1};
  }

 private:
  // After all candidates seen with the query; among the others by popularity.
  Rank rank_of_unseen(size_t begin, size_t count, uint32_t candidate) const {
    const Rank all = popularity_.standing_of(candidate);
    const Rank seen =
        standing(std::span<const double>(&overall_falling_[begin], count), popularity_.of(candidate));
    return {static_cast<uint32_t>(count) + all.greater - seen.greater, all.equal - seen.equal - 1};
  }

  const CandidateWeights& weights_;
  const Popularity& popularity_;
  std::vector<Frequency> falling_;       // descending within a query
  std::vector<double> overall_falling_;  // descending
};

// Ranks each row's candidate by popularity among those that its user has not seen. A seen candidate ranks
// last.
class UnseenPopularity {
 public:
  UnseenPopularity(const Popularity& popularity, const SeenItems& seen)
      : popularity_(popularity), seen_(seen) {}

  // Fast for consecutive rows of the same user.
  Rank rank(uint32_t user, uint32_t candidate) {
    const std::span<const uint32_t> items = seen_.of(user);
    if (std::ranges::binary_search(items, candidate)) return {popularity_.catalogue(), 0, true};
    if (user != user_) {
      user_ = user;
      falling_.clear();
      for (uint32_t item : items) falling_.push_back(popularity_.of(item));
      std::sort(falling_.begin(), falling_.end(), std::greater<>());
    }
    const Rank all = popularity_.rank(candidate),
               masked = standing(std::span<const double>(falling_), popularity_.of(candidate));
    return {all.greater - masked.greater, all.equal - masked.equal};
  }

 private:
  const Popularity& popularity_;
  const SeenItems& seen_;
  uint32_t user_ = unknown_index;
  std::vector<double> falling_;
};

std::vector<uint32_t> rows_by_user(const Observations& rows) {
  std::vector<uint32_t> order(rows.rows);
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](uint32_t row) { return rows.user[row]; });
  return order;
}

}  // namespace

CandidateWeights fit_candidate_weights(const Observations& train, uint32_t catalogue) {
  SHORTLIST_CHECK(train.query.size() == train.rows && train.candidate.size() == train.rows);
  CandidateWeights weights;
  weights.overall.resize(catalogue);
  std::vector<size_t> rows;
  for (size_t row = 0; row < train.rows; ++row) {
    if (train.candidate[row] >= catalogue) continue;
    weights.overall[train.candidate[row]] += train.weight_of(row);
    if (train.query[row] != unknown_index) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end(), [&](size_t a, size_t b) {
    return std::tuple(train.query[a], train.candidate[a], a) <
           std::tuple(train.query[b], train.candidate[b], b);
  });
  for (size_t row : rows) {
    const size_t known = weights.candidates.size();
    const bool fresh_query = weights.offsets.size() < size_t{train.query[row]} + 1;
    weights.offsets.resize(size_t{train.query[row]} + 1, known);
    if (!fresh_query && weights.candidates.back() == train.candidate[row]) {
      weights.with_query.back() += train.weight_of(row);
    } else {
      weights.candidates.push_back(train.candidate[row]);
      weights.with_query.push_back(train.weight_of(row));
    }
  }
  weights.offsets.push_back(weights.candidates.size());
  return weights;
}

std::vector<RetrievalBaseline> retrieval_baselines(const CandidateWeights& weights, const Observations& rows,
                                                   const SeenItems* seen) {
  const Popularity popularity(weights.overall);
  const LookupTable lookup(weights, popularity);
  const uint32_t catalogue = popularity.catalogue();
  std::vector<RetrievalBaseline> baselines = {{baseline::popularity, std::vector<Rank>(rows.rows), {}},
                                              {baseline::lookup, std::vector<Rank>(rows.rows), {}}};
  for (size_t row = 0; row < rows.rows; ++row) {
    const uint32_t candidate = rows.candidate[row];
    const bool known = candidate < catalogue;
    baselines[0].rank[row] = known ? popularity.rank(candidate) : Rank{catalogue, 0, true};
    baselines[1].rank[row] = known ? lookup.rank(rows.query[row], candidate) : Rank{catalogue, 0, true};
  }
  if (seen == nullptr) return baselines;
  UnseenPopularity unseen(popularity, *seen);
  baselines[0].unseen.resize(rows.rows);
  for (uint32_t row : rows_by_user(rows)) {
    const uint32_t candidate = rows.candidate[row];
    baselines[0].unseen[row] =
        candidate < catalogue ? unseen.rank(rows.user[row], candidate) : Rank{catalogue, 0, true};
  }
  baselines[1].unseen = baselines[0].unseen;
  return baselines;
}

}  // namespace shortlist
