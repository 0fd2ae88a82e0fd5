// Scores items by a matrix of weights from item to item: the score of item i for a history is the sum of the
// weights from the history's items to i. item_knn, ease, slim and transitions learn such a matrix.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "shortlist/learners/kind.h"
#include "shortlist/learners/user_items.h"

namespace shortlist {

struct ItemToItem {
  size_t items = 0;
  // weights(h, i): what item h of a history adds to the score of item i. One of the two; `dense` is
  // [items, items], row after row.
  SparseMatrix sparse;
  std::span<const float> dense;
  std::shared_ptr<const void> owner;  // of the memory of `dense`
  // The weight of the last event of a history, of the one before, and so on; earlier ones count nothing.
  // Empty: every distinct item of a history counts 1.
  std::vector<float> recency;
  std::vector<float> popular;  // [items]: the scores for a query without a history

  bool is_dense() const { return !dense.empty(); }
  float at(uint32_t from, uint32_t to) const;
};

class ItemToItemRetriever final : public Retriever {
 public:
  // The file is KIND.safetensors.
  ItemToItemRetriever(std::string kind, std::shared_ptr<const ItemToItem> weights);

  size_t items() const override { return weights_->items; }
  void score_all(const QueryBatch& queries, Matrix scores) const override;
  // With sparse weights, looks only at the items that the history leads to, if enough of them score above 0.
  std::vector<Found> retrieve(const QueryBatch& queries, size_t k, Eligible eligible,
                              LeftOutItems left_out) const override;
  // Uses the method "history", with the largest contributions of the history's items; or "popular" for a
  // query without a history.
  std::vector<Explanation> explain(const QueryBatch& query, std::span<const uint32_t> items,
                                   const Deadline& deadline) const override;
  bool reads_users() const override { return true; }
  double operations() const override;
  size_t memory_bytes() const override;
  void save(RetrieverWriter& files) const override;

  const ItemToItem& weights() const { return *weights_; }

 private:
  const std::string kind_;
  const std::shared_ptr<const ItemToItem> weights_;
};

// The items of a history that count, ascending, each once, with their weights. Empty if none of them has a
// weight to any item.
struct HistoryWeight {
  uint32_t item;
  float weight;
};
std::vector<HistoryWeight> history_weights(const ItemToItem& weights, const QueryHistory& history);

// Reads KIND.safetensors. Throws a data Error if it does not fit the catalogue.
std::unique_ptr<Retriever> load_item_to_item(const std::string& kind, const StoredModel& stored);

// The sum of each item's entries over the users.
std::vector<float> item_sums(const SparseMatrix& users);

// Learns the matrix from who took what, in one go.
class ItemToItemLearner : public Learner {
 public:
  // Throws a usage Error if the queries do not contain the user.
  ItemToItemLearner(const LearnerInput& input, std::string kind);

  void announce(TrainingCallback& callback) const override;
  Fitted fit(const FitOptions& options, TrainingCallback& callback, const std::atomic<bool>& stop) override;
  std::unique_ptr<Retriever> make_retriever(bool searched) override;

 protected:
  // Returns the matrix without `popular`. `users` is what value() says. Returns early, with anything, if
  // `stop` is set.
  virtual ItemToItem learn(const SparseMatrix& users, const std::atomic<bool>& stop) = 0;
  virtual EntryValue value() const { return EntryValue::one; }
  const LearnerInput& input() const { return input_; }

 private:
  const LearnerInput input_;
  const std::string kind_;
  std::shared_ptr<const ItemToItem> learnt_;
};

}  // namespace shortlist
