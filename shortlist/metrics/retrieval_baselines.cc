#include <algorithm>
#include <functional>
#include <tuple>

#include "shortlist/base/error.h"
#include "shortlist/metrics/baselines.h"

namespace shortlist {
namespace {

// How many of the values, sorted from high to low, are above and equal to `value`.
template <typename T>
Rank standing(std::span<const T> falling, const T& value) {
  const auto [first, last] = std::equal_range(falling.begin(), falling.end(), value, std::greater<T>());
  return {static_cast<uint32_t>(first - falling.begin()), static_cast<uint32_t>(last - first)};
}

// A candidate's weight in train with one query, then among all queries.
struct Frequency {
  double with_query = 0, overall = 0;
  auto operator<=>(const Frequency&) const = default;
};

class Popularity {
 public:
  Popularity(const Observations& train, uint32_t catalogue) : count_(catalogue) {
    for (size_t row = 0; row < train.rows; ++row) {
      if (train.candidate[row] < catalogue) count_[train.candidate[row]] += train.weight_of(row);
    }
    falling_ = count_;
    std::sort(falling_.begin(), falling_.end(), std::greater<>());
  }
  double of(uint32_t candidate) const { return count_[candidate]; }
  uint32_t catalogue() const { return static_cast<uint32_t>(count_.size()); }
  // With the candidate itself among the equal ones.
  Rank standing_of(uint32_t candidate) const {
    return standing(std::span<const double>(falling_), count_[candidate]);
  }
  Rank rank(uint32_t candidate) const {
    const Rank at = standing_of(candidate);
    return {at.greater, at.equal - 1};
  }

 private:
  std::vector<double> count_, falling_;
};

// The candidates seen in train with each query.
class LookupTable {
 public:
  LookupTable(const Observations& train, const Popularity& popularity) : popularity_(popularity) {
    std::vector<size_t> rows;
    for (size_t row = 0; row < train.rows; ++row) {
      if (train.query[row] != unknown_index && train.candidate[row] < popularity.catalogue())
        rows.push_back(row);
    }
    std::sort(rows.begin(), rows.end(), [&](size_t a, size_t b) {
      return std::tuple(train.query[a], train.candidate[a], a) <
             std::tuple(train.query[b], train.candidate[b], b);
    });
    for (size_t row : rows) add(train.query[row], train.candidate[row], train.weight_of(row));
    close_last();
  }

  Rank rank(uint32_t query, uint32_t candidate) const {
    if (query >= begin_.size() || begin_[query] == end_[query]) return popularity_.rank(candidate);
    const size_t begin = begin_[query], count = end_[query] - begin;
    const std::span<const uint32_t> seen(&candidate_[begin], count);
    const auto own = std::lower_bound(seen.begin(), seen.end(), candidate);
    if (own == seen.end() || *own != candidate) return rank_of_unseen(begin, count, candidate);
    const Frequency frequency{with_query_[begin + static_cast<size_t>(own - seen.begin())],
                              popularity_.of(candidate)};
    const Rank at = standing(std::span<const Frequency>(&falling_[begin], count), frequency);
    return {at.greater, at.equal - 1};
  }

 private:
  // Behind all that the query was seen with; among the others by popularity.
  Rank rank_of_unseen(size_t begin, size_t count, uint32_t candidate) const {
    const Rank all = popularity_.standing_of(candidate);
    const Rank seen =
        standing(std::span<const double>(&overall_falling_[begin], count), popularity_.of(candidate));
    return {static_cast<uint32_t>(count) + all.greater - seen.greater, all.equal - seen.equal - 1};
  }

  void add(uint32_t query, uint32_t candidate, double weight) {
    if (begin_.size() <= query) {
      close_last();
      begin_.resize(size_t{query} + 1, candidate_.size());
      end_.resize(size_t{query} + 1, candidate_.size());
    }
    if (candidate_.size() > begin_[query] && candidate_.back() == candidate) {
      with_query_.back() += weight;
    } else {
      candidate_.push_back(candidate);
      with_query_.push_back(weight);
    }
  }

  void close_last() {
    if (begin_.empty()) return;
    for (size_t i = begin_.back(); i < candidate_.size(); ++i) {
      falling_.push_back({with_query_[i], popularity_.of(candidate_[i])});
      overall_falling_.push_back(falling_.back().overall);
    }
    const auto first = static_cast<std::ptrdiff_t>(begin_.back());
    std::sort(falling_.begin() + first, falling_.end(), std::greater<>());
    std::sort(overall_falling_.begin() + first, overall_falling_.end(), std::greater<>());
    end_.back() = candidate_.size();
  }

  const Popularity& popularity_;
  std::vector<size_t> begin_, end_;      // by query, into the columns below
  std::vector<uint32_t> candidate_;      // rising within a query
  std::vector<double> with_query_;       // in the order of candidate_
  std::vector<Frequency> falling_;       // from high to low within a query
  std::vector<double> overall_falling_;  // likewise
};

}  // namespace

std::vector<RetrievalBaseline> retrieval_baselines(const Observations& train, const Observations& rows,
                                                   uint32_t catalogue) {
  SHORTLIST_CHECK(train.query.size() == train.rows && train.candidate.size() == train.rows);
  const Popularity popularity(train, catalogue);
  const LookupTable lookup(train, popularity);
  std::vector<RetrievalBaseline> baselines = {{baseline::popularity, std::vector<Rank>(rows.rows)},
                                              {baseline::lookup, std::vector<Rank>(rows.rows)}};
  for (size_t row = 0; row < rows.rows; ++row) {
    const uint32_t candidate = rows.candidate[row];
    const bool known = candidate < catalogue;
    baselines[0].rank[row] = known ? popularity.rank(candidate) : Rank{catalogue, 0};
    baselines[1].rank[row] = known ? lookup.rank(rows.query[row], candidate) : Rank{catalogue, 0};
  }
  return baselines;
}

}  // namespace shortlist
