#include "shortlist/train/run_outputs.h"

#include <algorithm>

#include "shortlist/math/elementwise.h"
#include "shortlist/model/history_rows.h"

namespace shortlist {
namespace {

constexpr size_t kRowsAPass = 8192;

}  // namespace

void run_tower(ThreadPool& pool, Plan& plan, const ModelSpec& spec, int row_set, const EncodedRows& encoded,
               std::span<const uint32_t> rows, Matrix out) {
  HistoryRows histories(spec, encoded);
  const bool is_query = row_set == kQueryRows;
  for (size_t begin = 0; begin < rows.size(); begin += kRowsAPass) {
    const size_t end = std::min(begin + kRowsAPass, rows.size());
    Batch batch = Batch::of(row_set, encoded, rows.subspan(begin, end - begin));
    if (is_query) histories.add_to(batch);
    plan.forward(pool, batch);
    const Matrix embeddings = plan.output(is_query ? spec.query : spec.candidate);
    for (size_t r = begin; r < end; ++r) copy(embeddings.row_span(r - begin), out.row_span(r));
  }
}

void run_rankings(ThreadPool& pool, Plan& plan, const ModelSpec& spec, std::span<const uint32_t> query,
                  std::span<const uint32_t> candidate, std::vector<std::vector<float>>& predictions) {
  predictions.assign(spec.rankings.size(), std::vector<float>(query.size()));
  for (size_t begin = 0; begin < query.size(); begin += kRowsAPass) {
    const size_t count = std::min(kRowsAPass, query.size() - begin);
    plan.forward(pool, Batch::of_pairs(query.subspan(begin, count), candidate.subspan(begin, count)));
    for (size_t t = 0; t < spec.rankings.size(); ++t) {
      const Matrix output = plan.output(spec.rankings[t].node);
      for (size_t i = 0; i < count; ++i) predictions[t][begin + i] = output(i, 0);
    }
  }
}

}  // namespace shortlist
