// Turns row numbers into batches of distinct rows.
#pragma once

#include <optional>

#include "shortlist/base/prefetch.h"
#include "shortlist/model/batch.h"
#include "shortlist/train/row_groups.h"
#include "shortlist/train/row_source.h"
#include "shortlist/train/task.h"

namespace shortlist {

class Batcher {
 public:
  // With all_queries (all_candidates) each row has its own query (candidate), because layers can tell copies
  // apart.
  explicit Batcher(const RowBlock& rows, bool all_queries = false, bool all_candidates = false);
  explicit Batcher(const Dataset& data, bool all_queries = false, bool all_candidates = false)
      : Batcher(block_of(data), all_queries, all_candidates) {}

  // The batch is valid until the next call.
  const Batch& make(std::span<const uint32_t> rows);

  // The rows of the last batch, in its order. Rows of the same pair are adjacent.
  std::span<const uint32_t> rows() const { return rows_; }
  // For each distinct pair of the last batch, the sum of its rows' retrieval weights.
  std::span<const float> pair_weights() const { return pair_weight_; }
  double total_weight() const { return total_weight_; }
  // The same for a ranking task, if its rows have weights of their own.
  std::optional<double> own_weight(const Task& task) const;
  // The last batch as a task's loss reads it, without outputs. Valid until the next call of make() or
  // loss_batch().
  LossBatch loss_batch(const Task& task);

 private:
  // Maps the numbers of a large set that a batch uses to 0, 1, ... in order of first appearance.
  class Distinct {
   public:
    void resize(size_t size) { place_.assign(size, {0, 0}); }
    void start();
    uint32_t add(uint32_t number);
    void prefetch(uint32_t number) const { shortlist::prefetch(&place_[number]); }
    std::span<const uint32_t> members() const { return members_; }

   private:
    struct Place {
      uint32_t generation, index;
    };
    std::vector<Place> place_;
    std::vector<uint32_t> members_;
    uint32_t generation_ = 0;
  };
  struct Map {
    std::vector<uint32_t> source, offsets, copies;
    RowMap view() const { return {source, offsets, copies}; }
    void invert(size_t sources);
  };

  void find_pairs(std::span<const uint32_t> rows);
  void deal_pairs();
  void take_all_rows(std::span<const uint32_t> rows);
  void find_towers();
  void count(size_t queries, size_t candidates);

  const RowBlock data_;
  bool all_queries_, all_candidates_;
  Distinct queries_, candidates_, pairs_;
  std::vector<uint32_t> rows_;
  std::vector<uint32_t> pair_numbers_;  // each of the batch's pairs, as its number in the dataset
  std::vector<uint32_t> dealt_;         // by pair in order of first appearance: its batch position
  std::vector<uint32_t> query_rows_, candidate_rows_;
  Map row_pair_, pair_query_, pair_candidate_;
  std::vector<float> query_count_, candidate_count_, pair_count_, pair_weight_;
  std::vector<float> candidate_log_share_;  // Dataset::item_log_share of each distinct candidate, or empty
  double total_weight_ = 0;
  RowGroups groups_;
  Batch batch_;
};

}  // namespace shortlist
