// Runs part of a model over many rows, in chunks.
#pragma once

#include <vector>

#include "shortlist/model/plan.h"

namespace shortlist {

// The nodes that a tower's plan computes: its output, and what the rankings read if that is another node.
std::vector<int> tower_outputs(const ModelSpec& spec, int row_set);
// The nodes that a plan of the rankings is fed.
std::vector<int> ranking_inputs(const ModelSpec& spec);

// What rankings read of some rows, if it is not the tower's output.
class RankedRows {
 public:
  Matrix reserve(size_t rows, size_t width) {
    memory_.reserve(rows * width);
    const Matrix view = memory_.view(rows, width);
    rows_ = view;
    return view;
  }
  Buffer take() { return std::move(memory_); }
  ConstMatrix or_else(ConstMatrix outputs) const { return rows_.data != nullptr ? rows_ : outputs; }

 private:
  Buffer memory_;
  ConstMatrix rows_{};
};

// Runs a tower over encoded rows: out[rows.size(), width]. The plan has tower_outputs(); `ranked`, which may
// be null, gets what rankings read if that is another node.
void run_tower(ThreadPool& pool, Plan& plan, const ModelSpec& spec, int row_set, const EncodedRows& encoded,
               std::span<const uint32_t> rows, Matrix out, RankedRows* ranked = nullptr);

// Runs the ranking tasks over pairs of a query row and a candidate row. predictions[task] are raw scores: one
// number per pair, or the logits of its classes.
void run_rankings(ThreadPool& pool, Plan& plan, const ModelSpec& spec, std::span<const uint32_t> query,
                  std::span<const uint32_t> candidate, std::vector<std::vector<float>>& predictions);

}  // namespace shortlist
