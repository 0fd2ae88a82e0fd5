// Ranks of rows' items with any retriever.
#pragma once

#include <span>

#include "shortlist/base/threads.h"
#include "shortlist/metrics/rank_pairs.h"
#include "shortlist/retrieval/retriever.h"
#include "shortlist/retrieval/towers.h"
#include "shortlist/train/dataset.h"

namespace shortlist {

// The rank of each row's item among all items for the row's query, as in PairRanker. `unseen` is only set if
// queries name users. Computes all scores, one block of queries at a time.
PairRanks rank_rows(const Retriever& retriever, const Towers* towers, const Dataset& data,
                    std::span<const uint32_t> rows, ThreadPool& pool);

}  // namespace shortlist
