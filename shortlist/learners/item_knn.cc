#include "shortlist/learners/item_knn.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "shortlist/math/top_k.h"

namespace shortlist {
namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
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

// The values whose products, added up over the users, make the similarity.
void weigh(const ItemKnnSettings& settings, SparseMatrix& users) {
  const std::vector<float> sums = item_sums(users);
  const double mean = std::accumulate(sums.begin(), sums.end(), 0.0) / static_cast<double>(sums.size());
  const std::vector<double> idf = inverse_frequencies(users);
  for (size_t u = 0; u < users.rows(); ++u) {
    for (auto e = static_cast<size_t>(users.offsets[u]); e < static_cast<size_t>(users.offsets[u + 1]); ++e) {
      const double x = users.values[e];
      const double length = 1 - settings.b + settings.b * sums[static_cast<size_t>(users.columns[e])] / mean;
      switch (settings.similarity) {
        case ItemSimilarity::cosine:
          break;
        case ItemSimilarity::jaccard:
          users.values[e] = 1;
          break;
        case ItemSimilarity::tfidf:
          users.values[e] = static_cast<float>(std::sqrt(x) * idf[u]);
          break;
        case ItemSimilarity::bm25:
          users.values[e] = static_cast<float>(x * (settings.k1 + 1) / (settings.k1 * length + x) * idf[u]);
          break;
      }
    }
  }
}

// The lengths of the items' columns; for jaccard, the number of their users.
std::vector<float> norms_of(const SparseMatrix& users, ItemSimilarity similarity) {
  std::vector<double> squares(users.cols);
  for (size_t e = 0; e < users.columns.size(); ++e)
    squares[static_cast<size_t>(users.columns[e])] += double{users.values[e]} * users.values[e];
  std::vector<float> norms;
  for (double square : squares)
    norms.push_back(static_cast<float>(similarity == ItemSimilarity::jaccard ? square : std::sqrt(square)));
  return norms;
}

class Neighbours {
 public:
  Neighbours(const SparseMatrix& users, const ItemKnnSettings& settings)
      : users_(users),
        settings_(settings),
        norms_(norms_of(users, settings.similarity)),
        shrink_(static_cast<float>(settings.shrink)) {
    index_entries();
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
          if (other != item) best_[item].push({other, similarity(item, other, sums[other])});
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
      std::ranges::sort(row, {}, &Scored::index);
      for (const Scored& scored : row) {
        similar.columns.push_back(static_cast<int32_t>(scored.index));
        similar.values.push_back(scored.score);
      }
      similar.offsets.push_back(static_cast<int64_t>(similar.columns.size()));
    }
    return similar;
  }

 private:
  size_t items() const { return users_.cols; }

  // Finds the entries of each item among those of the users, by user.
  void index_entries() {
    offsets_.assign(items() + 1, 0);
    for (int32_t item : users_.columns) ++offsets_[static_cast<size_t>(item) + 1];
    std::partial_sum(offsets_.begin(), offsets_.end(), offsets_.begin());
    std::vector<uint64_t> next(offsets_.begin(), offsets_.end() - 1);
    entries_.resize(users_.columns.size());
    for (size_t u = 0; u < users_.rows(); ++u) {
      const auto begin = static_cast<uint64_t>(users_.offsets[u]),
                 end = static_cast<uint64_t>(users_.offsets[u + 1]);
      for (uint64_t e = begin; e < end; ++e)
        entries_[next[static_cast<size_t>(users_.columns[e])]++] = {begin, e, end};
    }
  }

  float similarity(size_t a, size_t b, float sum) const {
    if (!(sum > 0)) return kNone;
    if (settings_.similarity == ItemSimilarity::bm25) return sum;
    if (settings_.similarity == ItemSimilarity::jaccard)
      return sum / (norms_[std::min(a, b)] + norms_[std::max(a, b)] - sum + shrink_);
    return sum / (norms_[std::min(a, b)] * norms_[std::max(a, b)] + shrink_);
  }

  // row[j] for the items j after `item`.
  void score_later(size_t item, std::span<float> row) const {
    std::ranges::fill(row.subspan(item + 1), 0.0f);
    const int32_t* columns = users_.columns.data();
    const float* values = users_.values.data();
    for (size_t i = offsets_[item]; i < offsets_[item + 1]; ++i) {
      const Entry& own = entries_[i];
      const float x = values[own.at];
      for (uint64_t e = own.at + 1; e < own.end; ++e) row[static_cast<size_t>(columns[e])] += x * values[e];
    }
    for (size_t j = item + 1; j < row.size(); ++j) row[j] = similarity(item, j, row[j]);
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
      for (uint64_t e = own.begin; e < own.end; ++e) {
        const auto other = static_cast<size_t>(users_.columns[e]);
        if (sums[other] == 0) found.push_back(static_cast<uint32_t>(other));
        sums[other] += users_.values[own.at] * users_.values[e];
      }
    }
  }

  // An entry of an item: its place among the entries of all users, and those of its user.
  struct Entry {
    uint64_t begin, at, end;
  };

  const SparseMatrix& users_;
  const ItemKnnSettings& settings_;
  const std::vector<float> norms_;
  const float shrink_;
  std::vector<uint64_t> offsets_;
  std::vector<Entry> entries_;
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
  SparseMatrix weighted = users;
  weigh(settings, weighted);
  Neighbours neighbours(weighted, settings);
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
