// Turns row numbers into batches of distinct rows.
#pragma once

#include <optional>

#include "shortlist/base/prefetch.h"
#include "shortlist/model/batch.h"
#include "shortlist/model/history_rows.h"
#include "shortlist/model/slot_rows.h"
#include "shortlist/train/negative_sampler.h"
#include "shortlist/train/row_groups.h"
#include "shortlist/train/row_source.h"
#include "shortlist/train/streaming_shares.h"
#include "shortlist/train/taken_items.h"
#include "shortlist/train/task.h"
#include "shortlist/train/whole_candidates.h"

namespace shortlist {

// Where the negatives of a batch come from, besides its own rows.
struct NegativeSource {
  const NegativeSampler* sampler = nullptr;
  RandomStream random = {0, "negatives"};    // of this batch
  std::span<const uint32_t> earlier_rows{};  // the rows before the batch whose candidates are negatives
  const StreamingShares* shares = nullptr;   // instead of the rows' item_log_share
  // For a part of a batch: its number, the number of parts, and the rows of the whole batch. The first part
  // has the negatives that the whole batch shares; if these are all items, each part has some.
  size_t part = 0, parts = 1, batch_rows = 0;
};

class Batcher {
 public:
  // With all_queries (all_candidates) each row has its own query (candidate), because layers can tell copies
  // apart.
  explicit Batcher(const RowBlock& rows, bool all_queries = false, bool all_candidates = false);
  explicit Batcher(const Dataset& data, bool all_queries = false, bool all_candidates = false)
      : Batcher(block_of(data), all_queries, all_candidates) {}

  // Adds the histories and the slots of the model to the batches. It must outlive the batcher.
  void add_histories(const ModelSpec& model);

  // The batch is valid until the next call. Negatives that are not candidates of the rows are further
  // candidates, with the multiplicity 0 and without pairs.
  const Batch& make(std::span<const uint32_t> rows, const NegativeSource& negatives = {});

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
  // The candidates of a batch that is a part of another, and the part's batch as a task's loss reads it,
  // which compares to the candidates of all parts.
  PartCandidates candidates() const;
  LossBatch loss_batch(const Task& task, const WholeCandidates& whole, size_t part);

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
  uint32_t add_candidate(uint32_t candidate);
  void add_negatives(const NegativeSource& source);
  void add_catalogue(const NegativeSource& source);
  void count_negatives(const NegativeSource& source, std::span<const uint32_t> candidates);
  float mixed_share(const NegativeSource& source, uint32_t candidate, float share) const;
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
  // Of the retrieval losses.
  Negatives negatives_;
  size_t items_ = 0;                      // that are drawn from
  std::vector<uint32_t> added_;           // candidates that negatives add, each as often as it was added
  Map pair_negatives_;                    // offsets, copies: the negatives of each pair
  std::vector<uint32_t> loss_candidate_;  // of each pair, if the whole catalogue or another part is compared
  std::vector<uint32_t> pair_place_;      // of each pair: the place of its item in the catalogue
  std::vector<float> negative_count_;     // of each candidate
  std::vector<float> candidate_log_share_;  // of each candidate, or empty
  std::vector<uint32_t> candidate_item_;
  TakenItems taken_;
  double total_weight_ = 0;
  RowGroups groups_;
  std::vector<uint32_t> list_of_row_;  // of each row of the batch
  std::optional<HistoryRows> histories_;
  std::optional<SlotRows> slots_;
  Batch batch_;
};

}  // namespace shortlist
