// Computes the in-batch softmax losses of many batches at once, without gradients, for rows with few distinct
// queries and candidates: exp(s(u, v)) is computed once for all batches, and one more product, with the
// number of times that each candidate occurs in each batch, gives every batch's sums. The losses equal
// InBatchSoftmax's.
#pragma once

#include <vector>

#include "shortlist/base/threads.h"
#include "shortlist/math/product.h"

namespace shortlist {

struct BatchedRows {
  ConstMatrix queries;                              // distinct, [U, D]
  ConstMatrix candidates;                           // distinct, [V, D]
  size_t batch = 1;                                 // rows [b batch, (b + 1) batch) are batch b
  std::span<const uint32_t> query, candidate;       // per row
  std::span<const float> weight = {};               // per row; empty: 1
  std::span<const float> candidate_log_share = {};  // log q_j, [V], or empty

  size_t rows() const { return query.size(); }
  size_t batches() const { return (rows() + batch - 1) / batch; }
  float weight_of(size_t row) const { return weight.empty() ? 1 : weight[row]; }
};

class SharedSoftmax {
 public:
  explicit SharedSoftmax(float temperature) : temperature_(temperature) {}

  // Whether this is cheaper than running batch after batch.
  static bool pays(const BatchedRows& work);
  // The loss of each batch: the weighted sum over its rows.
  std::vector<double> run(ThreadPool& pool, const BatchedRows& work);

 private:
  struct Worker {
    Buffer queries, scores, sums;
    Panels panels;
  };
  void count_candidates(const BatchedRows& work);
  void group_rows(const BatchedRows& work);
  void run_block(const BatchedRows& work, RowRange queries, std::span<double> losses, Worker& worker) const;
  // log sum_j n_j exp(s_j) over the candidates of one batch, computed separately.
  double log_sum(const BatchedRows& work, ConstMatrix query, size_t batch, Worker& worker) const;

  float temperature_;
  Buffer counts_;  // n_j / q_j per candidate and batch, [V, batches]
  Panels count_panels_, candidate_panels_;
  std::vector<uint32_t> offsets_, rows_;  // the rows of query u: rows_[offsets_[u] .. offsets_[u + 1])
  std::vector<Worker> workers_;
};

}  // namespace shortlist
