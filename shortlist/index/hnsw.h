// An approximate index: a graph that links near candidates, walked from far to near (Malkov & Yashunin 2018,
// "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small World
// graphs"). The walk reads vectors in eight bits; the candidates found are scored again in float32.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "shortlist/base/prefetch.h"
#include "shortlist/base/threads.h"
#include "shortlist/index/hnsw_config.h"
#include "shortlist/index/hnsw_graph.h"
#include "shortlist/index/index.h"
#include "shortlist/index/int8_rows.h"
#include "shortlist/index/lifts.h"
#include "shortlist/io/safetensors.h"

namespace shortlist {

class Hnsw : public Index {
 public:
  // Builds over vectors[n, width], which must outlive it until the first add(). The graph does not depend on
  // the number of threads. Vectors of different lengths are linked by inner product or by distance, whichever
  // finds more of the best for `queries` in a trial on a few thousand vectors; without queries[any, width],
  // by inner product. Throws a data Error for a vector or query that is not finite, and for vectors of more
  // than kMostInt8Width numbers.
  Hnsw(ConstMatrix vectors, const HnswConfig& config, ThreadPool& pool, ConstMatrix queries = {});
  ~Hnsw() override;

  // One safetensors file (docs/reference/retrieval.md), written atomically, with or without the vectors.
  // load() keeps the file's bytes in memory. vectors[n, width] must outlive the index; if not given, the file
  // must contain them. Throws a data Error that names the file and what does not match.
  void save(const std::string& path, bool with_vectors = true) const;
  static std::unique_ptr<Hnsw> load(const std::string& path, std::optional<ConstMatrix> vectors = {});
  static std::unique_ptr<Hnsw> load(FileBytes bytes, const std::string& path,
                                    std::optional<ConstMatrix> vectors);

  // New ids start at size(). Neither this nor remove() may run during a search.
  void add(ConstMatrix vectors, ThreadPool& pool);
  // A removed candidate is never returned again; searches still pass through it.
  void remove(uint32_t id);
  bool removed(uint32_t id) const { return removed_[id] != 0; }

  size_t size() const override { return graph_.size(); }
  size_t width() const override { return codes_.cols(); }
  std::vector<Found> search(ConstMatrix queries, size_t k, Eligible eligible = {},
                            const Deadline& deadline = {}) const override;

  void set_ef_search(int candidates) { config_.ef_search = candidates; }
  const HnswConfig& config() const { return config_; }
  bool by_distance() const { return by_distance_; }
  const HnswGraph& graph() const { return graph_; }
  ConstMatrix vectors() const { return {vectors_.data(), size(), width(), width()}; }

 private:
  struct Walk;
  class Builder;
  struct Query {
    Int8Query codes;
    float lift = 0;
  };

  Hnsw(ConstMatrix vectors, const HnswConfig& config, bool by_distance, ThreadPool& pool);
  Hnsw(const HnswConfig& config, bool by_distance, Int8Rows codes, HnswGraph graph);

  static bool finds_more_by_distance(ConstMatrix vectors, ConstMatrix queries, const HnswConfig& config,
                                     ThreadPool& pool);

  std::unique_ptr<Walk> take_walk() const;
  void give_back(std::unique_ptr<Walk> walk) const;

  void set_query(uint32_t node, Query& query) const {
    codes_.set_query(node, query.codes);
    query.lift = by_distance_ ? lifts_[node] : 0;
  }
  // out[i] = the inner product of the query and node nodes[i].
  void score(const Query& query, std::span<const uint32_t> nodes, float* out) const {
    codes_.scores(query.codes, nodes, out);
    if (query.lift == 0) return;
    for (size_t i = 0; i < nodes.size(); ++i) out[i] += query.lift * lifts_[nodes[i]];
  }

  // The node nearest to the walk's query that greedy steps reach, in the layers above `layer`.
  Scored descend(Walk& walk, int layer) const;
  // Expands the best node of the beam until all have been expanded; passes each node met to `met`.
  template <typename Met>
  void search_layer(Walk& walk, int layer, Met met) const;
  void append(ConstMatrix vectors, ThreadPool& pool);
  bool may_return(uint32_t id, Eligible eligible) const {
    return removed_[id] == 0 && (eligible.empty() || eligible[id] != 0);
  }
  size_t estimate_eligible(Eligible eligible) const;
  std::vector<uint32_t> ids_that_may(Eligible eligible) const;
  void prefetch_vector(uint32_t id) const {
    for (size_t at = 0; at < width(); at += 16) prefetch(vectors_.data() + id * width() + at);
  }
  std::vector<uint32_t> walk_for(Walk& walk, std::span<const float> query, size_t width,
                                 Eligible eligible) const;

  HnswConfig config_;
  bool by_distance_ = false;
  SafetensorsFile file_;  // memory of the arrays after load()
  Array<float> vectors_;
  Int8Rows codes_;
  Lifts lifts_;  // only for building: empty after load()
  HnswGraph graph_;
  Array<uint8_t> removed_;
  size_t removed_count_ = 0;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Walk>> free_;
};

}  // namespace shortlist
