#include <algorithm>
#include <cmath>
#include <compare>
#include <limits>
#include <numeric>

#include "shortlist/base/error.h"
#include "shortlist/base/random.h"
#include "shortlist/index/exact_search.h"
#include "shortlist/index/hnsw.h"
#include "shortlist/index/hnsw_walk-inl.h"
#include "shortlist/index/int8.h"
#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

// A reverse link that a new node requests: `from` becomes a neighbor of `to`.
struct Back {
  uint32_t to;
  int layer;
  uint32_t from;
  friend auto operator<=>(const Back&, const Back&) = default;
};

// One in `connections` of the nodes of a layer is also in the next. Depends only on the seed and the id.
uint8_t draw_level(uint64_t id, int connections) {
  const RandomStream random(42, "hnsw levels");
  return static_cast<uint8_t>(std::min(255.0, -std::log1p(-random.uniform(id)) / std::log(connections)));
}

float square(std::span<const float> v) { return std::inner_product(v.begin(), v.end(), v.begin(), 0.0f); }

bool of_one_length(ConstMatrix vectors) {
  float least = std::numeric_limits<float>::infinity(), most = 0;
  for (size_t r = 0; r < vectors.rows; ++r) {
    least = std::min(least, square(vectors.row_span(r)));
    most = std::max(most, square(vectors.row_span(r)));
  }
  return most <= 1.001f * least;
}

// `most` evenly spaced rows, or all if there are fewer.
Buffer sample(ConstMatrix rows, size_t most) {
  const size_t count = std::min(rows.rows, most);
  Buffer buffer(count, rows.cols);
  for (size_t r = 0; r < count; ++r)
    std::ranges::copy(rows.row_span(r * rows.rows / count), buffer.view(count, rows.cols).row(r));
  return buffer;
}

}  // namespace

// Links new nodes in groups. Every node of a group searches the graph as it was before the group and selects
// its neighbors. Then the reverse links are added, each by the task of the node that receives it. So the
// graph does not depend on the threads, and no lock is needed.
class Hnsw::Builder {
 public:
  Builder(Hnsw& index, ThreadPool& pool) : index_(index), graph_(index.graph_), pool_(pool) {
    for (int i = 0; i < pool.threads(); ++i) workers_.emplace_back(std::make_unique<Worker>());
  }

  // Nodes [begin, end) are in the graph but have no links yet.
  void link(uint32_t begin, uint32_t end) {
    while (begin < end) {
      // Nodes of a group do not see each other, so a group is small compared with the existing graph.
      const uint32_t count = std::min({end - begin, 1 + begin / 50, 4096u});
      if (begin > 0) link_group(begin, begin + count);
      for (uint32_t node = begin; node < begin + count; ++node) {
        if (node == 0 || graph_.level(node) > graph_.level(graph_.entry_point()))
          graph_.set_entry_point(node);
      }
      begin += count;
    }
  }

 private:
  struct Worker {
    Walk walk;
    Query query;
    std::vector<Scored> candidates;
    std::vector<uint32_t> selected;
    std::vector<float> scores;
  };

  // Distributes `count` work items in small batches, so that little work wakes no thread.
  template <typename Work>
  void run(size_t count, size_t at_once, Work work) {
    pool_.run(chunk_count(count, at_once), [&](size_t task, int worker) {
      const RowRange range = chunk_rows(count, at_once, task);
      for (size_t i = range.begin; i < range.end; ++i) work(i, *workers_[static_cast<size_t>(worker)]);
    });
  }

  void link_group(uint32_t begin, uint32_t end) {
    std::vector<std::vector<Back>> asked(end - begin);
    run(asked.size(), 8, [&](size_t i, Worker& worker) {
      find_neighbors(static_cast<uint32_t>(begin + i), worker, asked[i]);
    });
    std::vector<Back> backs;
    for (const auto& some : asked) backs.insert(backs.end(), some.begin(), some.end());
    std::ranges::sort(backs);
    std::vector<std::span<const Back>> rows;
    for (size_t first = 0, i = 1; i <= backs.size(); ++i) {
      if (i < backs.size() && backs[i].to == backs[first].to && backs[i].layer == backs[first].layer)
        continue;
      rows.push_back(std::span(backs).subspan(first, i - first));
      first = i;
    }
    run(rows.size(), 128, [&](size_t i, Worker& worker) { link_back(rows[i], worker); });
  }

  void find_neighbors(uint32_t node, Worker& worker, std::vector<Back>& asked) {
    Walk& walk = worker.walk;
    index_.set_query(node, walk.query);
    const int top = std::min(graph_.level(node), graph_.level(graph_.entry_point()));
    worker.candidates = {index_.descend(walk, top)};
    for (int layer = top; layer >= 0; --layer) {
      walk.visited.reset(index_.size());
      walk.beam.reset(static_cast<size_t>(index_.config_.ef_construction));
      for (const Scored& start : worker.candidates) {
        walk.visited.insert({&start.index, 1});
        walk.beam.insert(start);
      }
      index_.search_layer(walk, layer, [](Scored) {});
      worker.candidates.clear();
      for (size_t i = 0; i < walk.beam.size(); ++i) worker.candidates.push_back(walk.beam[i]);
      select(worker, graph_.connections());
      graph_.set_neighbors(node, layer, worker.selected);
      for (uint32_t to : worker.selected) asked.push_back({to, layer, node});
    }
  }

  // Selects from the candidates, best first, those that are nearer to the node than to any already selected
  // one (Malkov & Yashunin, alg. 4): links in all directions rather than many in one.
  void select(Worker& worker, size_t most) {
    std::vector<uint32_t>& selected = worker.selected;
    worker.scores.resize(most);
    selected.clear();
    for (const Scored& candidate : worker.candidates) {
      if (selected.size() == most) return;
      index_.set_query(candidate.index, worker.query);
      index_.score(worker.query, selected, worker.scores.data());
      const auto scores = std::span(worker.scores).first(selected.size());
      if (std::ranges::none_of(scores, [&](float score) { return score > candidate.score; }))
        selected.push_back(candidate.index);
    }
  }

  // Adds links to one node in one layer. If there are too many, keeps those that select() chooses.
  void link_back(std::span<const Back> backs, Worker& worker) {
    const uint32_t node = backs.front().to;
    const int layer = backs.front().layer;
    const auto present = graph_.neighbors(node, layer);
    std::vector<uint32_t>& all = worker.selected;
    all.assign(present.begin(), present.end());
    for (const Back& back : backs) all.push_back(back.from);
    if (all.size() > graph_.most_neighbors(layer)) {
      worker.scores.resize(all.size());
      index_.set_query(node, worker.query);
      index_.score(worker.query, all, worker.scores.data());
      worker.candidates.clear();
      for (size_t i = 0; i < all.size(); ++i) worker.candidates.push_back({all[i], worker.scores[i]});
      std::ranges::sort(worker.candidates, [](const Scored& a, const Scored& b) { return better(a, b); });
      select(worker, graph_.most_neighbors(layer));
    }
    graph_.set_neighbors(node, layer, worker.selected);
  }

  Hnsw& index_;
  HnswGraph& graph_;
  ThreadPool& pool_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

// The better choice depends on the queries. By inner product, few links lead to short vectors, which is fine
// if no query needs them; by distance, short vectors have the most links.
bool Hnsw::finds_more_by_distance(ConstMatrix vectors, ConstMatrix queries, const HnswConfig& config,
                                  ThreadPool& pool) {
  constexpr size_t kVectors = 4096, kQueries = 256, kBest = 10;
  constexpr int kBeam = 16;
  check_int8_width(vectors.cols);
  check_candidates(vectors);
  check_queries(queries, queries.rows == 0 ? queries.cols : vectors.cols);
  if (queries.rows == 0 || of_one_length(vectors)) return false;
  const Buffer some_memory = sample(vectors, kVectors), asked_memory = sample(queries, kQueries);
  const ConstMatrix some = some_memory.view(std::min(vectors.rows, kVectors), vectors.cols),
                    asked = asked_memory.view(std::min(queries.rows, kQueries), queries.cols);
  const std::vector<Found> best = ExactIndex(some, pool).search(asked, kBest);
  const auto hits = [&](bool by_distance) {
    Hnsw index(some, config, by_distance, pool);
    index.set_ef_search(kBeam);
    const std::vector<Found> found = index.search(asked, kBest);
    size_t count = 0;
    for (size_t q = 0; q < asked.rows; ++q) {
      for (const Scored& one : best[q].best)
        count += std::ranges::count(found[q].best, one.index, &Scored::index) > 0;
    }
    return count;
  };
  return hits(true) > hits(false);
}

Hnsw::Hnsw(ConstMatrix vectors, const HnswConfig& config, ThreadPool& pool, ConstMatrix queries)
    : Hnsw(vectors, config, finds_more_by_distance(vectors, queries, config, pool), pool) {}

Hnsw::Hnsw(ConstMatrix vectors, const HnswConfig& config, bool by_distance, ThreadPool& pool)
    : config_(config),
      by_distance_(by_distance),
      codes_(vectors.cols, Int8Rows::fitting_scale(vectors)),
      graph_(static_cast<size_t>(config.m)) {
  SHORTLIST_CHECK(vectors.rows <= 1 || vectors.stride == vectors.cols);
  vectors_ = Array<float>::view({vectors.data, vectors.rows * vectors.cols});
  append(vectors, pool);
}

void Hnsw::add(ConstMatrix vectors, ThreadPool& pool) {
  SHORTLIST_CHECK(vectors.cols == width());
  const size_t first = size();
  check_candidates(vectors, first);
  vectors_.resize((first + vectors.rows) * width(), 0);
  for (size_t r = 0; r < vectors.rows; ++r)
    std::ranges::copy(vectors.row_span(r), vectors_.mutable_data() + (first + r) * width());
  append(vectors, pool);
}

void Hnsw::append(ConstMatrix vectors, ThreadPool& pool) {
  const size_t first = size();
  // The first vectors may have been small compared with those added now.
  const float fitting = Int8Rows::fitting_scale(vectors);
  if (first == 0 || fitting > 1.5f * codes_.scale()) {
    codes_ = Int8Rows(width(), fitting);
    codes_.append({vectors_.data(), first + vectors.rows, width(), width()}, pool);
  } else {
    codes_.append(vectors, pool);
  }
  if (by_distance_) lifts_.take({vectors_.data(), first + vectors.rows, width(), width()}, codes_.scale());
  removed_.resize(first + vectors.rows, 0);
  std::vector<uint8_t> levels;
  for (size_t r = 0; r < vectors.rows; ++r) levels.push_back(draw_level(first + r, config_.m));
  graph_.append(levels);
  Builder(*this, pool).link(static_cast<uint32_t>(first), static_cast<uint32_t>(first + vectors.rows));
}

}  // namespace shortlist
