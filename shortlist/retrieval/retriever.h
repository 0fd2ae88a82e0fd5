// Finds the best items of the catalogue for given queries. Two towers are one kind of retriever;
// learners/kinds.cc lists all. Ranking is a separate stage that reorders the results of any retriever.
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

// Items are numbered as in the catalogue. All const functions are safe to call from several threads at once.
// A kind must implement items(), score_all(), memory_bytes() and save(); the others have defaults.
class Retriever {
 public:
  virtual ~Retriever() = default;

  virtual size_t items() const = 0;

  // scores[queries.rows, items()]: the score of each item for each query, higher is better. A NaN score
  // leaves the item out of the query's list.
  virtual void score_all(const QueryBatch& queries, Matrix scores) const = 0;

  // The scores of item[i] for query query[i] of the batch.
  virtual std::vector<float> score_pairs(const QueryBatch& queries, std::span<const uint32_t> query,
                                         std::span<const uint32_t> item) const;

  // For each query the best k items that are eligible and not in left_out[query], best first; ties go to the
  // lower item number. Returns fewer only if there are no more. The default scores all items.
  virtual std::vector<Found> retrieve(const QueryBatch& queries, size_t k, Eligible eligible,
                                      LeftOutItems left_out) const;
  // The same without approximation, for evaluation.
  virtual std::vector<Found> retrieve_exactly(const QueryBatch& queries, size_t k, Eligible eligible,
                                              LeftOutItems left_out) const {
    return retrieve(queries, k, eligible, left_out);
  }

  // Explains the score of each item for the query (a batch of one row). Empty if scores_by_towers(), because
  // then the towers explain the scores.
  virtual std::vector<Explanation> explain(const QueryBatch& query, std::span<const uint32_t> items,
                                           const Deadline& deadline) const;

  // Builds what searches need in addition to the files, so that the first search does not have to. Throws a
  // data Error if that is not possible.
  virtual void prepare() const {}

  // If false, every item scores 0 and only the ranking orders them.
  virtual bool has_scores() const { return true; }
  // Whether scores are inner products of QueryBatch::vectors and item_vectors().
  virtual bool scores_by_towers() const { return false; }
  // Whether QueryBatch::users and histories are read. If so, queries of different users are never treated as
  // equal.
  virtual bool reads_users() const { return false; }
  // Whether the histories of known users have labels, and times if they are known. A bundle then contains
  // them.
  virtual bool reads_labels() const { return false; }
  virtual bool reads_times() const { return false; }
  // A vector for each item, for cosine similarity between items. Has no rows if the kind has no vectors.
  virtual ConstMatrix item_vectors() const { return {}; }

  // Approximate number of multiply-adds to retrieve for one query.
  virtual double operations() const { return static_cast<double>(items()); }
  // Memory of this object, without that of the towers.
  virtual size_t memory_bytes() const = 0;
  virtual void save(RetrieverWriter& files) const = 0;
};

}  // namespace shortlist
