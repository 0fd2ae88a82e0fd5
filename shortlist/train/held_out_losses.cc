#include "shortlist/train/held_out_losses.h"

#include <algorithm>

#include "shortlist/math/elementwise.h"

namespace shortlist {
namespace {

// The position of each number in a list of numbers below `bound`.
std::vector<uint32_t> places(std::span<const uint32_t> numbers, size_t bound) {
  std::vector<uint32_t> place(bound);
  for (uint32_t i = 0; i < numbers.size(); ++i) place[numbers[i]] = i;
  return place;
}

// Copies rows of `from` to a matrix in `memory`.
template <typename RowOf>
ConstMatrix gather(ConstMatrix from, size_t rows, const RowOf& row_of, Buffer& memory) {
  memory.reserve(rows * from.cols);
  const Matrix to = memory.view(rows, from.cols);
  for (size_t r = 0; r < rows; ++r) copy(from.row_span(row_of(r)), to.row_span(r));
  return to;
}

ConstMatrix as_column(const std::vector<float>& x) { return {x.data(), x.size(), 1, 1}; }

}  // namespace

double regularization_loss(const Parameters& parameters) {
  double total = 0;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const ParameterState& state = parameters.at(i);
    total += regularize(state.spec.regularizer, {state.value.data, state.value.rows * state.value.cols}, {});
  }
  return total;
}

double HeldOutLosses::mean(const Task& task, std::span<const uint32_t> rows, const DistinctPairs& found,
                           const RowOutputs& outputs) {
  HeldOutRows held{
      .rows = rows.size(), .batch = batch_, .adds_candidates = sampler_.negatives().adds_candidates()};
  if (task.has_embeddings()) set_embeddings(rows, found, outputs, held);
  if (task.has_scores()) {
    held.scores = outputs.scores[task.ranking];
    held.score = found.pair_of_row;
    held.labels = {data_.label(task.label), rows};
    held.weights = {data_.weights, rows};
    held.label_scale = task.label_scale;
  }
  held.for_each_batch = [&](FunctionRef<void(const LossBatch&)> visit) {
    run_batches(task, rows, found, outputs, visit);
  };
  return task.loss->held_out(pool_, held);
}

void HeldOutLosses::set_embeddings(std::span<const uint32_t> rows, const DistinctPairs& found,
                                   const RowOutputs& outputs, HeldOutRows& held) {
  query_.clear();
  candidate_.clear();
  row_weight_.clear();
  log_share_.clear();
  const std::vector<float>& weights = data_.retrieval_weights();
  for (size_t i = 0; i < rows.size(); ++i) {
    query_.push_back(found.query_of_pair[found.pair_of_row[i]]);
    candidate_.push_back(data_.candidate_of_row[rows[i]]);
    if (!weights.empty()) row_weight_.push_back(weights[rows[i]]);
  }
  for (uint32_t item : data_.item_of_candidate) {
    if (!data_.item_log_share.empty()) log_share_.push_back(data_.item_log_share[item]);
  }
  held.queries = outputs.queries;
  held.candidates = outputs.candidates;
  held.query = query_;
  held.candidate = candidate_;
  held.row_weight = row_weight_;
  held.candidate_log_share = log_share_;
}

void HeldOutLosses::run_batches(const Task& task, std::span<const uint32_t> rows, const DistinctPairs& found,
                                const RowOutputs& outputs, FunctionRef<void(const LossBatch&)> visit) {
  const std::vector<uint32_t> place_of_query = places(found.queries, data_.queries.rows),
                              place_of_pair = places(found.pairs, data_.pair_query.size());
  Buffer queries, candidates, scores;
  for (size_t begin = 0; begin < rows.size(); begin += batch_) {
    const size_t earlier = std::min(begin, sampler_.negatives().earlier);
    const Batch& batch =
        batcher_.make(rows.subspan(begin, std::min(batch_, rows.size() - begin)),
                      {&sampler_, random_.at(begin / batch_), rows.subspan(begin - earlier, earlier)});
    LossBatch out = batcher_.loss_batch(task);
    if (task.has_embeddings()) {
      const auto query = [&](size_t u) { return place_of_query[batch.queries().shown[u]]; };
      const auto candidate = [&](size_t v) { return batch.candidates().shown[v]; };
      out.queries.value = gather(outputs.queries, batch.queries().shown.size(), query, queries);
      out.candidates.value =
          gather(outputs.candidates, batch.candidates().shown.size(), candidate, candidates);
    }
    if (task.has_scores()) {
      const auto pair = [&](size_t r) { return place_of_pair[data_.pair_of_row[batcher_.rows()[r]]]; };
      out.scores.value = gather(as_column(outputs.scores[task.ranking]), batch.rows(), pair, scores);
    }
    visit(out);
  }
}

}  // namespace shortlist
