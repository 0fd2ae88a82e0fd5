// What a task minimises: a Loss reads a batch of a model's outputs, returns the batch's loss, and writes the
// gradients of the outputs. It may keep memory between batches, so one thread at a time may run it.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <span>

#include "shortlist/base/fields.h"
#include "shortlist/base/prefetch.h"
#include "shortlist/base/threads.h"
#include "shortlist/losses/label_scale.h"
#include "shortlist/math/panels.h"

namespace shortlist {

// How the rows of a batch add up.
enum class Reduction { sum, mean };
template <>
struct EnumNames<Reduction> {
  static constexpr std::pair<Reduction, std::string_view> names[] = {{Reduction::sum, "sum"},
                                                                     {Reduction::mean, "mean"}};
};

// Which parts of a LossBatch a loss reads; the others may be empty.
struct LossNeeds {
  bool embeddings = false;  // queries, candidates, and the pairs of them
  bool scores = false;      // scores with labels and weights
  bool groups = false;      // rows_of_query
};

// Groups of numbers: group g is members[offsets[g]] to members[offsets[g + 1] - 1].
struct Groups {
  std::span<const uint32_t> offsets, members;

  size_t size() const { return offsets.empty() ? 0 : offsets.size() - 1; }
  std::span<const uint32_t> operator[](size_t group) const {
    return members.subspan(offsets[group], offsets[group + 1] - offsets[group]);
  }
};

// A column of a dataset, seen from a batch: row r of the batch has the value column[rows[r]].
struct RowValues {
  std::span<const float> column;  // empty: every row has the value 1
  std::span<const uint32_t> rows;

  float operator[](size_t row) const { return column.empty() ? 1 : column[rows[row]]; }
  void expect(size_t row) const {
    if (!column.empty()) prefetch(&column[rows[row]]);
  }
};

struct LossOutput {
  ConstMatrix value;
  Matrix gradient;  // of the same size; without data where it is not wanted
};

// A batch. Its queries, candidates and pairs are distinct; a row of the batch shows one pair.
struct LossBatch {
  // The number of rows that a mean divides by. A batch that is computed in parts has it in every part.
  size_t rows = 0;

  // Embeddings: U queries and V candidates, both D wide.
  LossOutput queries, candidates;
  std::span<const float> candidate_multiplicity;    // [V], the number of rows that show it
  std::span<const float> candidate_log_share = {};  // [V], log of how often it is drawn; empty: no correction
  Groups pairs_of_query;                            // [U]
  std::span<const uint32_t> pair_candidate;         // [pairs]
  std::span<const float> pair_weight;               // [pairs], the sum of its rows' weights

  // Scores: one of each pair, or of each row.
  LossOutput scores;       // [S, 1]
  Groups rows_of_score{};  // [S]; empty: score r is that of row r
  RowValues labels, weights;
  LabelScale label_scale;

  // Groups: the rows of each distinct query.
  Groups rows_of_query{};

  double weight(size_t row) const { return weights[row]; }
  // On the scale that the model is trained in.
  double label(size_t row) const { return label_scale.standardized(labels[row]); }
};

// Held-out rows in many batches: rows [b batch, (b + 1) batch) are batch b, and the last may be smaller. As
// in LossBatch, parts that a loss does not need may be empty.
struct HeldOutRows {
  size_t rows = 0, batch = 1;

  ConstMatrix queries, candidates;                  // distinct in all rows together, [U, D] and [V, D]
  std::span<const uint32_t> query, candidate;       // of each row
  std::span<const float> row_weight = {};           // of each row, for its pair; empty: 1
  std::span<const float> candidate_log_share = {};  // [V], or empty

  std::span<const float> scores;    // of distinct pairs
  std::span<const uint32_t> score;  // of each row, its pair
  RowValues labels, weights;
  LabelScale label_scale;

  // Calls with every batch in turn; none wants gradients.
  std::function<void(FunctionRef<void(const LossBatch&)>)> for_each_batch;

  size_t batches() const { return (rows + batch - 1) / batch; }
  size_t rows_of(size_t b) const { return std::min(batch, rows - b * batch); }
};

// What a run costs.
struct LossWork {
  double operations = 0;  // of its products; a multiply-add is two
  double bytes = 0;       // every matrix that it reads or writes, once
};

class Loss {
 public:
  virtual ~Loss() = default;

  virtual LossNeeds needs() const = 0;

  // Returns the loss of the batch. Writes `scale` times its gradient into each output's gradient that has
  // data.
  virtual double run(ThreadPool& pool, const LossBatch& batch, double scale) = 0;

  // The mean over the rows of the losses of their batches. Unless overridden it runs one batch after another.
  virtual double held_out(ThreadPool& pool, const HeldOutRows& held_out);

  // For the profile of a step.
  virtual LossWork work(const LossBatch&) const { return {}; }
};
using LossPtr = std::unique_ptr<Loss>;

// What a loss is made with, beside the settings of its kind.
struct LossOptions {
  Reduction reduction = Reduction::sum;
  Precision precision = Precision::float32;  // of products
};

}  // namespace shortlist
