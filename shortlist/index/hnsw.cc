#include "shortlist/index/hnsw.h"

#include "shortlist/base/random.h"
#include "shortlist/index/exact_search.h"
#include "shortlist/index/hnsw_walk-inl.h"

namespace shortlist {

Hnsw::~Hnsw() = default;

std::unique_ptr<Hnsw::Walk> Hnsw::take_walk() const {
  {
    std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      auto walk = std::move(free_.back());
      free_.pop_back();
      return walk;
    }
  }
  return std::make_unique<Walk>();
}

void Hnsw::give_back(std::unique_ptr<Walk> walk) const {
  std::lock_guard lock(mutex_);
  free_.push_back(std::move(walk));
}

void Hnsw::remove(uint32_t id) {
  SHORTLIST_CHECK(id < size());
  if (removed(id)) return;
  removed_.mutable_data()[id] = 1;
  ++removed_count_;
}

Scored Hnsw::descend(Walk& walk, int layer) const {
  Scored best{graph_.entry_point(), 0};
  score(walk.query, {&best.index, 1}, &best.score);
  walk.scores.resize(graph_.most_neighbors(0));
  for (int at = graph_.level(best.index); at > layer; --at) {
    for (bool moved = true; moved;) {
      moved = false;
      const auto neighbors = graph_.neighbors(best.index, at);
      for (uint32_t neighbor : neighbors) codes_.prefetch(neighbor);
      score(walk.query, neighbors, walk.scores.data());
      for (size_t i = 0; i < neighbors.size(); ++i) {
        if (walk.scores[i] <= best.score) continue;
        best = {neighbors[i], walk.scores[i]};
        moved = true;
      }
    }
  }
  return best;
}

// Estimated from a sample, which is accurate enough to choose a search method. Ids are drawn at random,
// because eligibility may depend on the id, such as every tenth.
size_t Hnsw::estimate_eligible(Eligible eligible) const {
  if (eligible.empty()) return size() - removed_count_;
  constexpr size_t kSample = 2048;
  size_t may = 0;
  if (size() <= kSample) {
    for (uint32_t id = 0; id < size(); ++id) may += may_return(id, eligible);
    return may;
  }
  for (uint64_t i = 0; i < kSample; ++i)
    may += may_return(static_cast<uint32_t>((mix64(i) >> 32) * size() >> 32), eligible);
  return size() * may / kSample;
}

std::vector<uint32_t> Hnsw::ids_that_may(Eligible eligible) const {
  std::vector<uint32_t> ids;
  for (uint32_t id = 0; id < size(); ++id) {
    if (may_return(id, eligible)) ids.push_back(id);
  }
  return ids;
}

// The best nodes, by codes, that may be returned; walks with a beam of `width`.
std::vector<uint32_t> Hnsw::walk_for(Walk& walk, std::span<const float> query, size_t width,
                                     Eligible eligible) const {
  const bool all = eligible.empty() && removed_count_ == 0;
  codes_.set_query(query, walk.query.codes);
  walk.visited.reset(size());
  walk.beam.reset(width);
  walk.found.reset(all ? 0 : std::max<size_t>(static_cast<size_t>(config_.ef_search), width));
  const auto met = [&](Scored node) {
    if (may_return(node.index, eligible) && walk.found.admits(node.score)) walk.found.insert(node);
  };
  const Scored start = descend(walk, 0);
  walk.visited.insert({&start.index, 1});
  walk.beam.insert(start);
  if (all) {
    search_layer(walk, 0, [](Scored) {});
  } else {
    met(start);
    search_layer(walk, 0, met);
  }
  const Beam& found = all ? walk.beam : walk.found;
  std::vector<uint32_t> ids;
  for (size_t i = 0; i < found.size(); ++i) {
    ids.push_back(found[i].index);
    prefetch_vector(found[i].index);
  }
  return ids;
}

std::vector<Found> Hnsw::search(ConstMatrix queries, size_t k, Eligible eligible,
                                const Deadline& deadline) const {
  SHORTLIST_CHECK(eligible.empty() || eligible.size() == size());
  check_queries(queries, width());
  if (k == 0) return std::vector<Found>(queries.rows);
  // The fewer nodes may be returned, the wider the beam must be to meet enough of them. If that is slower
  // than scoring all eligible nodes, they are all scored.
  constexpr size_t kWidest = 2048;
  const size_t ef = std::max(k, static_cast<size_t>(config_.ef_search)), may = estimate_eligible(eligible);
  const size_t beam = ef * size() / std::max<size_t>(may, 1);
  std::unique_ptr<Walk> walk = take_walk();
  std::vector<Found> found;
  if (may <= 3 * beam || beam > kWidest) {
    found = search_chosen(queries, vectors(), ids_that_may(eligible), k, deadline);
  } else {
    for (size_t q = 0; q < queries.rows; ++q) {
      deadline.check();
      const auto query = queries.row_span(q);
      const std::vector<uint32_t> ids = walk_for(*walk, query, beam, eligible);
      found.push_back(search_chosen(query, vectors(), ids, k));
      found.back().exact = false;
      // Eligible nodes may be where the walk did not go.
      if (found.back().best.size() < k)
        found.back() = search_chosen(query, vectors(), ids_that_may(eligible), k, deadline);
    }
  }
  give_back(std::move(walk));
  return found;
}

}  // namespace shortlist
