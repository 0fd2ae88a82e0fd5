// A Loss reads a batch of a model's outputs, returns the batch's loss, and writes the gradients of the
// outputs. It may keep buffers between batches, so only one thread at a time may run it.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <span>

#include "shortlist/base/fields.h"
#include "shortlist/base/prefetch.h"
#include "shortlist/base/threads.h"
#include "shortlist/losses/label_scale.h"
#include "shortlist/losses/negatives.h"
#include "shortlist/math/panels.h"

namespace shortlist {

// How the losses of a batch's rows are combined.
enum class Reduction { sum, mean };
template <>
struct EnumNames<Reduction> {
  static constexpr std::pair<Reduction, std::string_view> names[] = {{Reduction::sum, "sum"},
                                                                     {Reduction::mean, "mean"}};
};

// Which parts of a LossBatch a loss reads; the others may be empty.
struct LossNeeds {
  bool embeddings = false;  // queries, candidates and their pairs
  bool scores = false;      // scores, labels and weights
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

// A column of a dataset, indexed by batch row: row r of the batch has the value column[rows[r]].
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
  Matrix gradient;  // same size; no data if not needed
};

// A batch. Its queries, candidates and pairs are distinct; each row of the batch refers to one pair.
struct LossBatch {
  // The number of rows by which a mean divides. If a batch is computed in parts, every part has the number of
  // the whole batch.
  size_t rows = 0;

  // Embeddings: U queries and V candidates, each of width D.
  LossOutput queries, candidates;
  // [V], how often each candidate counts as a negative: the number of its rows, if the batch's rows are
  // negatives of each other, plus the number of times that it was drawn.
  std::span<const float> candidate_multiplicity;
  std::span<const float> candidate_log_share =
      {};                 // [V], log of each candidate's sampling frequency; empty: no correction
  Groups pairs_of_query;  // [U]
  std::span<const uint32_t> pair_candidate;  // [pairs]
  std::span<const float> pair_weight;        // [pairs], the sum of its rows' weights
  // Whether candidate_multiplicity counts a pair's own candidate at least once.
  bool own_is_counted = true;
  // [V], the item of each candidate; empty: all are different.
  std::span<const uint32_t> candidate_item{};
  // [U], candidates that are not negatives of a query; empty: none.
  Groups excluded_of_query{};
  // [pairs], negatives of single pairs, in addition to those of the batch; empty: none.
  Groups negatives_of_pair{};
  size_t items = 0;  // in the catalogue

  // Scores: one per pair, or one per row.
  LossOutput scores;       // [S, 1]
  Groups rows_of_score{};  // [S]; empty: score r belongs to row r
  RowValues labels, weights;
  LabelScale label_scale;

  // Groups: the rows of each distinct query.
  Groups rows_of_query{};

  double weight(size_t row) const { return weights[row]; }
  // On the scale of training.
  double label(size_t row) const { return label_scale.standardized(labels[row]); }
};

// Held-out rows in many batches: batch b is the rows [b batch, (b + 1) batch); the last batch may be smaller.
// As in LossBatch, parts that a loss does not need may be empty.
struct HeldOutRows {
  size_t rows = 0, batch = 1;
  bool adds_candidates = false;  // whether batches have negatives that are not candidates of their rows

  ConstMatrix queries, candidates;                  // distinct over all rows, [U, D] and [V, D]
  std::span<const uint32_t> query, candidate;       // per row
  std::span<const float> row_weight = {};           // per row, for its pair; empty: 1
  std::span<const float> candidate_log_share = {};  // [V], or empty

  std::span<const float> scores;    // per distinct pair
  std::span<const uint32_t> score;  // per row: its pair
  RowValues labels, weights;
  LabelScale label_scale;

  // Calls the argument with every batch in turn, without gradients.
  std::function<void(FunctionRef<void(const LossBatch&)>)> for_each_batch;

  size_t batches() const { return (rows + batch - 1) / batch; }
  size_t rows_of(size_t b) const { return std::min(batch, rows - b * batch); }
};

// The cost of a run, for profiles.
struct LossWork {
  double operations = 0;  // floating-point operations of its products; a multiply-add counts as two
  double bytes = 0;       // of all matrices read or written, each counted once
};

class Loss {
 public:
  virtual ~Loss() = default;

  virtual LossNeeds needs() const = 0;

  // Returns the loss of the batch. Writes `scale` times its gradient into each output's gradient that has
  // data.
  virtual double run(ThreadPool& pool, const LossBatch& batch, double scale) = 0;

  // The mean over all rows of their batches' losses. By default runs one batch after another.
  virtual double held_out(ThreadPool& pool, const HeldOutRows& held_out);

  // For the profile of a step.
  virtual LossWork work(const LossBatch&) const { return {}; }
};
using LossPtr = std::unique_ptr<Loss>;

// Options of a loss that are not settings of its kind.
struct LossOptions {
  Reduction reduction = Reduction::sum;
  Precision precision = Precision::float32;  // of products
  float temperature = 1;                     // divides the scores
  AccidentalHits accidental_hits = AccidentalHits::none;
  int hard_negatives = 0;  // the number of each pair's negatives with the highest scores that count; 0: all
};

}  // namespace shortlist
