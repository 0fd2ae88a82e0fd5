#include "shortlist/train/run_outputs.h"

#include <algorithm>

#include "shortlist/math/elementwise.h"
#include "shortlist/model/history_rows.h"
#include "shortlist/model/slot_rows.h"

namespace shortlist {
namespace {

constexpr size_t kRowsAPass = 8192;

}  // namespace

std::vector<int> tower_outputs(const ModelSpec& spec, int row_set) {
  const bool of_query = row_set == kQueryRows;
  std::vector<int> outputs = {of_query ? spec.query : spec.candidate};
  const int ranked = of_query ? spec.ranked_query : spec.ranked_candidate;
  if (ranked >= 0) outputs.push_back(ranked);
  return outputs;
}

std::vector<int> ranking_inputs(const ModelSpec& spec) {
  return {spec.ranking_query(), spec.ranking_candidate()};
}

void run_tower(ThreadPool& pool, Plan& plan, const ModelSpec& spec, int row_set, const EncodedRows& encoded,
               std::span<const uint32_t> rows, Matrix out, RankedRows* ranked) {
  const std::vector<int> outputs = tower_outputs(spec, row_set);
  const bool has_ranked = ranked != nullptr && outputs.size() > 1;
  Matrix also;
  if (has_ranked) also = ranked->reserve(rows.size(), static_cast<size_t>(spec.at(outputs[1]).width));
  HistoryRows histories(spec, encoded);
  for (size_t begin = 0; begin < rows.size(); begin += kRowsAPass) {
    const size_t end = std::min(begin + kRowsAPass, rows.size());
    Batch batch = Batch::of(row_set, encoded, rows.subspan(begin, end - begin));
    if (row_set == kQueryRows) histories.add_to(batch);
    plan.forward(pool, batch);
    const Matrix embeddings = plan.output(outputs[0]);
    for (size_t r = begin; r < end; ++r) copy(embeddings.row_span(r - begin), out.row_span(r));
    if (!has_ranked) continue;
    const Matrix values = plan.output(outputs[1]);
    for (size_t r = begin; r < end; ++r) copy(values.row_span(r - begin), also.row_span(r));
  }
}

void run_rankings(ThreadPool& pool, Plan& plan, const ModelSpec& spec, std::span<const uint32_t> query,
                  std::span<const uint32_t> candidate, std::vector<std::vector<float>>& predictions) {
  SlotRows slots(spec);
  predictions.resize(spec.rankings.size());
  for (size_t t = 0; t < spec.rankings.size(); ++t)
    predictions[t].resize(query.size() * static_cast<size_t>(spec.at(spec.rankings[t].node).width));
  for (size_t begin = 0; begin < query.size(); begin += kRowsAPass) {
    const size_t count = std::min(kRowsAPass, query.size() - begin);
    Batch batch = Batch::of_pairs(query.subspan(begin, count), candidate.subspan(begin, count));
    slots.add_to(batch);
    plan.forward(pool, batch);
    for (size_t t = 0; t < spec.rankings.size(); ++t) {
      const Matrix output = plan.output(spec.rankings[t].node);
      for (size_t i = 0; i < count; ++i)
        copy(output.row_span(i), std::span(predictions[t]).subspan((begin + i) * output.cols, output.cols));
    }
  }
}

}  // namespace shortlist
