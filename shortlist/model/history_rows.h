// The rows of histories that layers run along: their events, in sequences that queries share.
#pragma once

#include <vector>

#include "shortlist/model/batch.h"
#include "shortlist/model/spec.h"

namespace shortlist {

// Makes these rows for the queries of batches. A query's history is a range of ids of a column of the encoded
// queries. Histories that begin at the same id are one sequence, which is computed once: each query reads the
// output at its own last event. If a layer along the history looks ahead, each query has its own sequence.
class HistoryRows {
 public:
  // Both arguments must outlive it.
  HistoryRows(const ModelSpec& spec, const EncodedRows& queries);

  // Adds the rows of all histories to a batch that has query rows, and the query rows' maps to them. They are
  // valid until the next call.
  void add_to(Batch& batch);

 private:
  struct Rows {
    bool shared = false;                 // whether histories that begin at the same id are one sequence
    std::vector<uint32_t> begins, ends;  // of each sequence, in the column's ids
    std::vector<uint32_t> sequences, events, offsets, sequence_of_event, event_copies;
    std::vector<uint32_t> source, query_offsets, copies;  // the last event of each query
    std::vector<uint32_t> slots;
  };
  void add(const HistorySet& history, Rows& rows, Batch& batch) const;

  const ModelSpec& spec_;
  const EncodedRows& queries_;
  std::vector<Rows> rows_;  // for each of spec_.histories
};

}  // namespace shortlist
