#include "shortlist/learners/item_knn.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "shortlist/math/top_k.h"

namespace shortlist {
namespace {

// Similarities in memory at once, and the items of a task when they are handed to the second of each pair.
constexpr size_t kScoresARound = size_t{1} << 24, kItemsATask = 64;

// log(items / (1 + items of the user)), as in implicit.
std::vector<double> inverse_frequencies(const SparseMatrix& users) {
  std::vector<double> idf;
  for (size_t u = 0; u < users.rows(); ++u)
    idf.push_back(std::log(static_cast<double>(users.cols)) -
                  std::log1p(static_cast<double>(users.columns_of(u).size())));
  return idf;
}

// What the similarities are sums of: the value of a user and an item is `values` × `of_users` × `of_items`.
// If each user has an item at most once, it is a number of the user times one of the item, and there are no
// `values`: sums then read only the items of a user.
struct Factors {
  std::vector<float> of_users, of_items;
  std::vector<float> values;  // of the entries, or empty
};

// The factor of bm25 for x rows of an item.
double saturated(double x, double rows, double mean_rows, const ItemKnnSettings& settings) {
  const double length = 1 - settings.b + settings.b * rows / mean_rows;
  return x * (settings.k1 + 1) / (settings.k1 * length + x);
}

Factors factors_of(const SparseMatrix& users, const ItemKnnSettings& settings) {
  Factors factors;
  const bool rare_users_count =
      settings.similarity == ItemSimilarity::tfidf || settings.similarity == ItemSimilarity::bm25;
  if (rare_users_count) {
    for (double idf : inverse_frequencies(users)) factors.of_users.push_back(static_cast<float>(idf));
  } else {
    factors.of_users.assign(users.rows(), 1.0f);
  }
  const std::vector<float> rows = item_sums(users);
  const double mean = std::accumulate(rows.begin(), rows.end(), 0.0) / static_cast<double>(rows.size());
  factors.of_items.assign(users.cols, 1.0f);
  const bool repeated = std::ranges::any_of(users.values, [](float value) { return value != 1; });
  if (settings.similarity == ItemSimilarity::jaccard) return factors;
  if (!repeated) {
    for (size_t i = 0; settings.similarity == ItemSimilarity::bm25 && i < users.cols; ++i)
      factors.of_items[i] = static_cast<float>(saturated(1, rows[i], mean, settings));
    return factors;
  }
  for (size_t e = 0; e < users.values.size(); ++e) {
    const double x = users.values[e];
    switch (settings.similarity) {
      case ItemSimilarity::cosine:
      case ItemSimilarity::jaccard:
        factors.values.push_back(users.values[e]);
        break;
      case ItemSimilarity::tfidf:
        factors.values.push_back(static_cast<float>(std::sqrt(x)));
        break;
      case ItemSimilarity::bm25:
        factors.values.push_back(static_cast<float>(saturated(x, rows[users.columns[e]], mean, settings)));
        break;
    }
  }
  return factors;
}

// The lengths of the items' columns; for jaccard, the number of their users.
std::vector<float> norms_of(const SparseMatrix& users, const Factors& factors, ItemSimilarity similarity) {
  std::vector<double> squares(users.cols);
  for (size_t u = 0; u < users.rows(); ++u) {
    for (uint64_t e = users.offsets[u]; e < users.offsets[u + 1]; ++e) {
      const double value = (factors.values.empty() ? 1.0 : factors.values[e]) * factors.of_users[u];
      squares[users.columns[e]] += value * value;
    }
  }
  std::vector<float> norms;
  for (size_t i = 0; i < users.cols; ++i)
    norms.push_back(static_cast<float>(
        similarity == ItemSimilarity::jaccard ? squares[i] : std::sqrt(squares[i]) * factors.of_items[i]));
  return norms;
}

class Neighbours {
 public:
  Neighbours(const SparseMatrix& users, const ItemKnnSettings& settings)
      : users_(users),
        settings_(settings),
        factors_(factors_of(users, settings)),
        norms_(norms_of(users, factors_, settings.similarity)),
        shrink_(static_cast<float>(settings.shrink)) {
    index_entries();
    if (items() <= size_t{UINT16_MAX} + 1) short_columns_.assign(users.columns.begin(), users.columns.end());
    const size_t kept = std::min(static_cast<size_t>(settings.neighbours), items() - 1);
    best_.assign(items(), TopK(kept));
  }

  // Compares each pair of items once, a block of items with all later ones at a time.
  void compare_pairs(ThreadPool& pool, const std::atomic<bool>& stop) {
    const size_t round = std::clamp<size_t>(kScoresARound / items(), 1, items());
    Buffer memory(round, items());
    for (size_t begin = 0; begin < items() && !stop; begin += round) {
      const size_t end = std::min(begin + round, items());
      const Matrix scores = memory.view(end - begin, items());
      pool.run(end - begin, [&](size_t r, int) {
        const std::span<float> row = scores.row_span(r);
        score_later(begin + r, row);
        best_[begin + r].push(row.subspan(begin + r + 1), static_cast<uint32_t>(begin + r + 1));
      });
      pool.run(chunk_count(items(), kItemsATask), [&](size_t chunk, int) {
        const RowRange columns = chunk_rows(items(), kItemsATask, chunk);
        hand_over(scores, begin, columns);
      });
    }
  }

  // Compares each item with those that share a user with it: faster if these are few.
  void compare_found(ThreadPool& pool, const std::atomic<bool>& stop) {
    struct Scratch {
      std::vector<float> sums;
      std::vector<uint32_t> found;
    };
    std::vector<Scratch> of_worker(static_cast<size_t>(pool.threads()));
    pool.run(chunk_count(items(), kItemsATask), [&](size_t chunk, int worker) {
      auto& [sums, found] = of_worker[static_cast<size_t>(worker)];
      sums.resize(items());
      const RowRange range = chunk_rows(items(), kItemsATask, chunk);
      for (size_t item = range.begin; item < range.end && !stop; ++item) {
        score_found(item, sums, found);
        for (uint32_t other : found) {
          if (other != item && sums[other] > 0)
            best_[item].push({other, similarity(item, other, sums[other])});
          sums[other] = 0;
        }
        found.clear();
      }
    });
  }

  // An upper limit of the number of items that share a user with an item, on average.
  double mean_found() const {
    double products = 0;
    for (size_t u = 0; u < users_.rows(); ++u) {
      const auto size = static_cast<double>(users_.columns_of(u).size());
      products += size * size;
    }
    return products / static_cast<double>(items());
  }

  SparseMatrix take() {
    SparseMatrix similar{.cols = items()};
    for (TopK& best : best_) {
      std::vector<Scored> row = best.take();
      std::erase_if(row, [](const Scored& scored) { return scored.score <= 0; });  // no common users
      std::ranges::sort(row, {}, &Scored::index);
      similar.add_row(row);
    }
    return similar;
  }

 private:
  size_t items() const { return users_.cols; }

  // Finds the entries of each item among those of the users, by user.
  void index_entries() {
    offsets_.assign(items() + 1, 0);
    for (const uint32_t item : users_.columns) ++offsets_[item + 1];
    std::partial_sum(offsets_.begin(), offsets_.end(), offsets_.begin());
    std::vector<uint64_t> next(offsets_.begin(), offsets_.end() - 1);
    entries_.resize(users_.columns.size());
    for (uint32_t u = 0; u < users_.rows(); ++u) {
      const float square = factors_.of_users[u] * factors_.of_users[u];
      const uint64_t begin = users_.offsets[u];
      const std::span<const uint32_t> taken = users_.columns_of(u);
      for (uint32_t at = 0; at < taken.size(); ++at) {
        const float own = factors_.values.empty() ? square : square * factors_.values[begin + at];
        entries_[next[taken[at]]++] = {u, at, own};
      }
    }
  }

  float similarity(size_t a, size_t b, float sum) const {
    const size_t first = std::min(a, b), second = std::max(a, b);  // for the same bits in both directions
    sum *= factors_.of_items[first] * factors_.of_items[second];
    switch (settings_.similarity) {
      case ItemSimilarity::bm25:
        return sum;
      case ItemSimilarity::jaccard:
        return sum / (norms_[first] + norms_[second] - sum + shrink_);
      case ItemSimilarity::cosine:
      case ItemSimilarity::tfidf:
        break;
    }
    return sum / (norms_[first] * norms_[second] + shrink_);
  }

  // row[j] for the items j after `item`.
  void score_later(size_t item, std::span<float> row) const {
    std::ranges::fill(row.subspan(item + 1), 0.0f);
    if (!factors_.values.empty()) {
      add_later<true>(item, users_.columns.data(), row.data());
    } else if (!short_columns_.empty()) {
      add_later<false>(item, short_columns_.data(), row.data());
    } else {
      add_later<false>(item, users_.columns.data(), row.data());
    }
    for (size_t j = item + 1; j < row.size(); ++j) row[j] = similarity(item, j, row[j]);
  }

  template <bool kValues, typename Column>
  void add_later(size_t item, const Column* columns, float* row) const {
    constexpr size_t kAhead = 8;  // the users of an item are far apart in memory
    const float* values = factors_.values.data();
    const size_t last = offsets_[item + 1];
    for (size_t i = offsets_[item]; i < last; ++i) {
      const Entry& own = entries_[i];
      const Entry& ahead = entries_[std::min(i + kAhead, last - 1)];
      __builtin_prefetch(columns + users_.offsets[ahead.user] + ahead.at);
      const uint64_t end = users_.offsets[own.user + 1];
      for (uint64_t e = users_.offsets[own.user] + own.at + 1; e < end; ++e) {
        row[columns[e]] += kValues ? own.value * values[e] : own.value;
      }
    }
  }

  // Gives the items in `columns` their similarities to the earlier items of a block.
  void hand_over(Matrix scores, size_t begin, RowRange columns) {
    std::vector<float> column(scores.rows);
    for (size_t j = columns.begin; j < columns.end; ++j) {
      const size_t earlier = j <= begin ? 0 : std::min(j - begin, scores.rows);
      for (size_t r = 0; r < earlier; ++r) column[r] = scores(r, j);
      best_[j].push(std::span(column).first(earlier), static_cast<uint32_t>(begin));
    }
  }

  void score_found(size_t item, std::vector<float>& sums, std::vector<uint32_t>& found) const {
    for (size_t i = offsets_[item]; i < offsets_[item + 1]; ++i) {
      const Entry& own = entries_[i];
      const uint64_t end = users_.offsets[own.user + 1];
      for (uint64_t e = users_.offsets[own.user]; e < end; ++e) {
        const uint32_t other = users_.columns[e];
        if (sums[other] == 0) found.push_back(other);
        sums[other] += factors_.values.empty() ? own.value : own.value * factors_.values[e];
      }
    }
  }

  // An entry of an item: its user, its place among the user's items, and its part of sums.
  struct Entry {
    uint32_t user, at;
    float value;
  };

  const SparseMatrix& users_;
  const ItemKnnSettings& settings_;
  const Factors factors_;
  const std::vector<float> norms_;
  const float shrink_;
  std::vector<uint64_t> offsets_;
  std::vector<Entry> entries_;
  std::vector<uint16_t> short_columns_;  // the users' items, if their numbers fit
  std::vector<TopK> best_;
};

class ItemKnnLearner final : public ItemToItemLearner {
 public:
  ItemKnnLearner(const LearnerInput& input, const ItemKnnSettings& settings)
      : ItemToItemLearner(input, ItemKnnSettings::kind), settings_(settings) {}

 protected:
  EntryValue value() const override { return settings_.weighted ? EntryValue::weights : EntryValue::one; }
  ItemToItem learn(const SparseMatrix& users, const std::atomic<bool>& stop) override {
    return {.sparse = similar_items(users, settings_, input().pool, stop)};
  }

 private:
  const ItemKnnSettings settings_;
};

}  // namespace

SparseMatrix similar_items(const SparseMatrix& users, const ItemKnnSettings& settings, ThreadPool& pool,
                           const std::atomic<bool>& stop) {
  Neighbours neighbours(users, settings);
  if (neighbours.mean_found() < static_cast<double>(users.cols) / 16) {
    neighbours.compare_found(pool, stop);
  } else {
    neighbours.compare_pairs(pool, stop);
  }
  return neighbours.take();
}

std::unique_ptr<Learner> ItemKnnSettings::make_learner(const LearnerInput& input) const {
  return std::make_unique<ItemKnnLearner>(input, *this);
}

}  // namespace shortlist
