// What a bundle finds items with: given queries, the best items of the catalogue. Two towers are one kind;
// learners/kinds.cc lists all. Ranking is a stage of its own that reorders what any retriever found.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "shortlist/base/deadline.h"
#include "shortlist/index/index.h"
#include "shortlist/retrieval/explanation.h"
#include "shortlist/retrieval/query_batch.h"
#include "shortlist/retrieval/search_without.h"

namespace shortlist {

class RetrieverWriter;

// Items are numbered as in the catalogue. All const functions may be called from many threads at once. A kind
// needs items(), score_all(), memory_bytes() and save(); the others have defaults.
class Retriever {
 public:
  virtual ~Retriever() = default;

  virtual size_t items() const = 0;

  // scores[queries.rows, items()]: the score of each item for each query, higher is better. One that is not a
  // number leaves the item out of the query's list.
  virtual void score_all(const QueryBatch& queries, Matrix scores) const = 0;

  // The scores of item[i] for query number query[i] of the batch.
  virtual std::vector<float> score_pairs(const QueryBatch& queries, std::span<const uint32_t> query,
                                         std::span<const uint32_t> item) const;

  // For each query the best k items that are eligible and not among left_out[query], best first, of equal
  // scores the lower item first; fewer only where there are no more. The default scores all items.
  virtual std::vector<Found> retrieve(const QueryBatch& queries, size_t k, Eligible eligible,
                                      LeftOutItems left_out) const;
  // The same without approximation, for evaluation.
  virtual std::vector<Found> retrieve_exactly(const QueryBatch& queries, size_t k, Eligible eligible,
                                              LeftOutItems left_out) const {
    return retrieve(queries, k, eligible, left_out);
  }

  // For each item, why it has its score for the query (a batch of one row). Empty where scores_by_towers():
  // then the towers explain.
  virtual std::vector<Explanation> explain(const QueryBatch& query, std::span<const uint32_t> items,
                                           const Deadline& deadline) const;

  // Makes what searches need and the files do not contain, so that the first search need not. Throws a data
  // Error where that is not possible.
  virtual void prepare() const {}

  // False: every item scores 0, and the ranking alone orders them.
  virtual bool has_scores() const { return true; }
  // Whether scores are inner products of QueryBatch::vectors and item_vectors().
  virtual bool scores_by_towers() const { return false; }
  // Whether QueryBatch::users and histories are read. Then queries that name different users are different.
  virtual bool reads_users() const { return false; }
  // A vector for each item, whose cosines tell how alike items are; no rows where the kind has none.
  virtual ConstMatrix item_vectors() const { return {}; }

  // About how many multiply-adds it takes to retrieve for one query.
  virtual double operations() const { return static_cast<double>(items()); }
  // Of what it holds, without what belongs to the towers.
  virtual size_t memory_bytes() const = 0;
  virtual void save(RetrieverWriter& files) const = 0;
};

}  // namespace shortlist
