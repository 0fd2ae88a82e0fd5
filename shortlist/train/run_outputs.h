// Runs part of a model over many rows, in chunks.
#pragma once

#include <vector>

#include "shortlist/model/plan.h"

namespace shortlist {

// Runs the tower of kQueryRows or kCandidateRows over encoded rows: out[rows.size(), width].
void run_tower(ThreadPool& pool, Plan& plan, const ModelSpec& spec, int row_set, const EncodedRows& encoded,
               std::span<const uint32_t> rows, Matrix out);

// Runs the ranking tasks over pairs of a query row and a candidate row. predictions[task][pair] are raw
// scores.
void run_rankings(ThreadPool& pool, Plan& plan, const ModelSpec& spec, std::span<const uint32_t> query,
                  std::span<const uint32_t> candidate, std::vector<std::vector<float>>& predictions);

}  // namespace shortlist
