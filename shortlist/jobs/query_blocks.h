// Reads queries of a dataset in blocks, as retrievers take them.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "shortlist/base/threads.h"
#include "shortlist/model/plan.h"
#include "shortlist/retrieval/retriever.h"
#include "shortlist/retrieval/towers.h"
#include "shortlist/train/dataset.h"
#include "shortlist/train/run_outputs.h"

namespace shortlist {

class QueryBlocks {
 public:
  // All must outlive it. `towers` may be null.
  QueryBlocks(const Retriever& retriever, const Towers* towers, const Dataset& data, ThreadPool& pool);

  // A batch of some of the dataset's distinct queries. Valid until the next call. Keeps a view of `queries`.
  const QueryBatch& of(std::span<const uint32_t> queries);
  // What rankings read of the last batch.
  ConstMatrix ranked() const { return ranked_.or_else(batch_.vectors); }

 private:
  const Retriever& retriever_;
  const Towers* towers_;
  const Dataset& data_;
  ThreadPool& pool_;
  std::optional<Plan> plan_;  // of the query tower
  Buffer vectors_;
  RankedRows ranked_;
  std::vector<uint32_t> users_;
  UserHistories own_;  // if the dataset has only the interactions
  std::vector<QueryHistory> histories_;
  QueryBatch batch_;
};

}  // namespace shortlist
