#include "shortlist/recommend/session.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "shortlist/bundle/bundle.h"
#include "shortlist/features/cell.h"
#include "shortlist/losses/label_scale.h"
#include "shortlist/math/finite.h"
#include "shortlist/model/history_rows.h"
#include "shortlist/model/slot_rows.h"
#include "shortlist/train/run_outputs.h"

namespace shortlist {
namespace {

// Number of pairs that are ranked at once: limits the buffers, and the time between two deadline checks.
constexpr size_t kPairsAtOnce = 4'096;

std::vector<uint32_t> count_up(size_t count) {
  std::vector<uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

}  // namespace

ModelFeatures::ModelFeatures(const Bundle& bundle)
    : query(bundle.features.select(bundle.spec.query)),
      candidate(bundle.features.select(bundle.spec.candidate)) {}

Session::Session(const Bundle& bundle, const ModelFeatures& features)
    : bundle_(bundle),
      features_(features),
      towers_(*bundle.towers),
      query_(towers_.spec, *towers_.parameters, {.outputs = tower_outputs(towers_.spec, kQueryRows)}),
      candidate_(towers_.spec, *towers_.parameters,
                 {.outputs = tower_outputs(towers_.spec, kCandidateRows)}) {
  const ModelSpec& spec = towers_.spec;
  if (spec.rankings.empty()) return;
  ranking_.emplace(spec, *towers_.parameters,
                   PlanOptions{.outputs = spec.ranking_nodes(), .fed = ranking_inputs(spec)});
}

ConstMatrix Session::embed(const std::vector<Column>& columns, int tower, std::span<uint64_t> unseen) {
  EncodedRows encoded;
  (tower == kQueryRows ? features_.query : features_.candidate).encode(columns, encoded, unseen);
  return embed(encoded, count_up(columns.front().rows), tower);
}

ConstMatrix Session::embed(const EncodedRows& encoded, std::span<const uint32_t> rows, int tower) {
  const bool is_query = tower == kQueryRows;
  Plan& plan = is_query ? query_ : candidate_;
  Batch batch = Batch::of(tower, encoded, rows);
  HistoryRows histories(towers_.spec, encoded);
  if (is_query) histories.add_to(batch);
  plan.forward(pool_, batch);
  const Matrix output = plan.output(is_query ? towers_.spec.query : towers_.spec.candidate);
  Buffer& to = is_query ? queries_ : candidates_;
  to.reserve(output.rows * output.cols);
  const Matrix copied = to.view(output.rows, output.cols);
  for (size_t r = 0; r < output.rows; ++r) {
    if (!all_finite(output.row_span(r)))
      throw RowError(rows[r],
                     fmt::format("the {} tower's output is not finite; a number of the {} may be too large",
                                 is_query ? "query" : "item", is_query ? "query" : "item"));
    std::copy_n(output.row(r), output.cols, copied.row(r));
  }
  ConstMatrix& ranked = is_query ? query_ranked_ : candidate_ranked_;
  ranked = copied;
  const std::vector<int> outputs = tower_outputs(towers_.spec, tower);
  if (outputs.size() > 1) {
    const Matrix values = plan.output(outputs[1]);
    Buffer& memory = is_query ? ranked_queries_ : ranked_candidates_;
    memory.reserve(values.rows * values.cols);
    const Matrix copy = memory.view(values.rows, values.cols);
    for (size_t r = 0; r < values.rows; ++r) std::copy_n(values.row(r), values.cols, copy.row(r));
    ranked = copy;
  }
  return copied;
}

ConstMatrix Session::ranked(int tower) const {
  return tower == kQueryRows ? query_ranked_ : candidate_ranked_;
}

std::vector<std::vector<float>> Session::rank(ConstMatrix queries, ConstMatrix candidates,
                                              const std::vector<uint32_t>& query_rows,
                                              const std::vector<uint32_t>& candidate_rows,
                                              const Deadline& deadline) {
  const ModelSpec& spec = towers_.spec;
  SlotRows slots(spec);
  ranking_->feed(spec.ranking_query(), queries);
  ranking_->feed(spec.ranking_candidate(), candidates);
  std::vector<std::vector<float>> predictions(query_rows.size(), std::vector<float>(spec.rankings.size()));
  for (size_t begin = 0; begin < query_rows.size(); begin += kPairsAtOnce) {
    deadline.check();
    const size_t count = std::min(kPairsAtOnce, query_rows.size() - begin);
    Batch batch = Batch::of_pairs(std::span(query_rows).subspan(begin, count),
                                  std::span(candidate_rows).subspan(begin, count));
    slots.add_to(batch);
    ranking_->forward(pool_, batch);
    for (size_t t = 0; t < spec.rankings.size(); ++t) {
      const Matrix output = ranking_->output(spec.rankings[t].node);
      for (size_t i = 0; i < count; ++i) {
        // NaN and infinite values cannot be ordered.
        if (!all_finite(output.row_span(i)))
          throw data_error("the prediction of '{}' is not finite; a number of the query may be too large",
                           bundle_.spec.labels[t].name);
        predictions[begin + i][t] =
            predicted_label(bundle_.spec.labels[t].prediction, output.row_span(i), spec.rankings[t].scale);
      }
    }
  }
  return predictions;
}

std::vector<std::vector<float>> Session::rank(ConstMatrix queries, ConstMatrix candidates) {
  const std::vector<uint32_t> rows = count_up(queries.rows);
  return rank(queries, candidates, rows, rows);
}

}  // namespace shortlist
