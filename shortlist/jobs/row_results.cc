#include "shortlist/jobs/row_results.h"

#include <algorithm>
#include <unordered_map>

#include "shortlist/base/take.h"
#include "shortlist/metrics/observations.h"

namespace shortlist {
namespace {

// Of each of `some`, the first of all rows with its user, or itself if it has none.
std::vector<uint32_t> units_of(const Dataset& data, const std::vector<uint32_t>& rows,
                               const std::vector<uint32_t>& some) {
  const auto user_of = [&](uint32_t row) {
    return data.user_of_row.empty() ? unknown_index : data.user_of_row[row];
  };
  std::unordered_map<uint32_t, uint32_t> first;
  for (uint32_t row : rows) {
    if (user_of(row) == unknown_index) continue;
    const auto [at, fresh] = first.emplace(user_of(row), row);
    if (!fresh) at->second = std::min(at->second, row);
  }
  std::vector<uint32_t> units;
  for (uint32_t row : some) {
    const auto at = first.find(user_of(row));
    units.push_back(at == first.end() ? row : at->second);
  }
  return units;
}

}  // namespace

void keep_places(const Dataset& data, const std::vector<uint32_t>& rows,
                 const std::vector<uint32_t>& measured, const std::vector<Rank>& places,
                 RowResults& results) {
  results.rows = measured;
  results.units = units_of(data, rows, measured);
  results.queries = take(data.query_of_row, measured);
  results.items = take(data.candidate_of_row, measured);
  for (uint32_t& item : results.items) item = data.item_of_candidate[item];
  results.weights = take(data.retrieval_weights(), measured);
  results.places = places;
}

void keep_label(const Dataset& data, const std::vector<uint32_t>& rows, const LabelColumn& label,
                Prediction prediction, const std::vector<float>& predicted, RowResults& results) {
  if (prediction != Prediction::label && prediction != Prediction::probability) return;
  results.labels.push_back({label.name, prediction, rows, units_of(data, rows, rows), predicted,
                            take(label.values, rows), take(data.weights_of(label), rows)});
}

}  // namespace shortlist
