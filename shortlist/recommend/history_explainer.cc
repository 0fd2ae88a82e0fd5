#include "shortlist/recommend/history_explainer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "shortlist/bundle/bundle.h"
#include "shortlist/features/history.h"
#include "shortlist/features/take_rows.h"
#include "shortlist/recommend/session.h"

namespace shortlist {
namespace {

// Limits the ids that are embedded at once, and the time between two deadline checks.
constexpr size_t kIdsAtOnce = size_t{1} << 15, kRowsAtOnce = 256;

struct TakenItems {
  size_t feature = 0;
  const HistoryFeature* reads = nullptr;
  std::vector<uint32_t> items;     // oldest first
  std::vector<uint32_t> distinct;  // each of them once

  std::vector<uint32_t> without(uint32_t item) const {
    std::vector<uint32_t> others = items;
    std::erase(others, item);
    return others;
  }
};

std::vector<TakenItems> histories_of(const FeatureMap& features, const std::vector<Column>& query) {
  std::vector<TakenItems> histories;
  for (size_t f = 0; f < features.size(); ++f) {
    const auto* reads = dynamic_cast<const HistoryFeature*>(features[f].feature.get());
    if (reads == nullptr) continue;
    TakenItems history{f, reads, reads->items_of(query[features.column_of(f)], 0), {}};
    for (uint32_t item : history.items)
      if (std::ranges::find(history.distinct, item) == history.distinct.end())
        history.distinct.push_back(item);
    if (!history.items.empty()) histories.push_back(std::move(history));
  }
  return histories;
}

// The query's vectors: row 0 with the whole history, row i + 1 without the item distinct[i]. `scored` are
// those of the scores, `ranked` those that rankings read.
struct QueryVectors {
  Buffer scored_memory, ranked_memory;
  Matrix scored, ranked;
};

// Copies rows to `to` from row `begin` on. The first call allocates the memory for `rows` of them.
void keep(ConstMatrix from, size_t begin, size_t rows, Buffer& memory, Matrix& to) {
  if (begin == 0) {
    memory = Buffer(rows, from.cols);
    to = memory.view(rows, from.cols);
  }
  for (size_t r = 0; r < from.rows; ++r) std::copy_n(from.row(r), from.cols, to.row(begin + r));
}

QueryVectors embed_each(Session& session, const EncodedRows& query, const TakenItems& history,
                        const Deadline& deadline) {
  const size_t rows = history.distinct.size() + 1;
  const size_t ids = std::max<size_t>(1, query.columns[history.feature].bag(0).size());
  const size_t block = std::clamp<size_t>(kIdsAtOnce / ids, 1, kRowsAtOnce);
  QueryVectors vectors;
  for (size_t begin = 0; begin < rows; begin += block) {
    deadline.check();
    const size_t count = std::min(block, rows - begin);
    EncodedRows batch{.rows = count, .columns = {}};
    const std::vector<uint32_t> first(count, 0);
    for (size_t f = 0; f < query.columns.size(); ++f)
      batch.columns.push_back(f == history.feature ? EncodedColumn() : take_rows(query.columns[f], first));
    std::vector<uint32_t> numbers;
    for (size_t row = begin; row < begin + count; ++row) {
      history.reads->append(row == 0 ? history.items : history.without(history.distinct[row - 1]),
                            batch.columns[history.feature]);
      numbers.push_back(static_cast<uint32_t>(row - begin));
    }
    keep(session.embed(batch, numbers, kQueryRows), begin, rows, vectors.scored_memory, vectors.scored);
    keep(session.ranked(kQueryRows), begin, rows, vectors.ranked_memory, vectors.ranked);
  }
  return vectors;
}

// The change of an item's score without each item of the history.
std::vector<double> score_changes(ConstMatrix vectors, std::span<const float> item) {
  std::vector<double> scores;
  for (size_t r = 0; r < vectors.rows; ++r) {
    const std::span<const float> query = vectors.row_span(r);
    scores.push_back(std::inner_product(query.begin(), query.end(), item.begin(), 0.0));
  }
  std::vector<double> changes;
  for (size_t r = 1; r < scores.size(); ++r) changes.push_back(scores[0] - scores[r]);
  return changes;
}

// The same for each prediction: [item of the history][label]. `rows` are the vectors' rows of these items.
std::vector<std::vector<double>> prediction_changes(const Bundle& bundle, Session& session,
                                                    ConstMatrix vectors, std::vector<uint32_t> rows,
                                                    uint32_t item, const Deadline& deadline) {
  rows.insert(rows.begin(), 0);
  const std::vector<uint32_t> items(rows.size(), item);
  const auto predictions = session.rank(vectors, bundle.towers->ranked_item_vectors(), rows, items, deadline);
  std::vector<std::vector<double>> changes(rows.size() - 1);
  for (size_t r = 0; r < changes.size(); ++r)
    for (size_t t = 0; t < predictions[0].size(); ++t)
      changes[r].push_back(double{predictions[0][t]} - double{predictions[r + 1][t]});
  return changes;
}

// The positions of the largest changes in size, largest first.
std::vector<uint32_t> largest(const std::vector<double>& changes) {
  std::vector<uint32_t> order(changes.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater(), [&](uint32_t i) { return std::abs(changes[i]); });
  order.resize(std::min(order.size(), kHistoryShares));
  return order;
}

std::vector<HistoryShare> shares_of(const Bundle& bundle, Session& session, const TakenItems& history,
                                    const QueryVectors& vectors, uint32_t item, const Deadline& deadline) {
  const bool scored = bundle.retriever->scores_by_towers();
  std::vector<double> changes;
  std::vector<uint32_t> rows;
  if (scored) {
    changes = score_changes(vectors.scored, bundle.towers->item_vectors().row_span(item));
  } else {
    for (uint32_t row = 1; row < vectors.scored.rows; ++row) rows.push_back(row);
    for (const auto& change : prediction_changes(bundle, session, vectors.ranked, rows, item, deadline))
      changes.push_back(change[0]);
  }
  std::vector<HistoryShare> shares;
  rows.clear();
  for (uint32_t at : largest(changes)) {
    shares.push_back({history.distinct[at], scored ? changes[at] : 0, {}});
    rows.push_back(at + 1);
  }
  if (!session.ranks()) return shares;
  auto predictions = prediction_changes(bundle, session, vectors.ranked, rows, item, deadline);
  for (size_t i = 0; i < shares.size(); ++i) shares[i].predictions = std::move(predictions[i]);
  return shares;
}

}  // namespace

void explain_histories(const Bundle& bundle, const FeatureMap& features, Session& session,
                       const std::vector<Column>& query, const std::vector<uint32_t>& items,
                       const Deadline& deadline, std::vector<Explanation>& explanations) {
  const std::vector<TakenItems> histories = histories_of(features, query);
  if (histories.empty() || items.empty()) return;
  EncodedRows encoded;
  features.encode(query, encoded);
  for (const TakenItems& history : histories) {
    const QueryVectors vectors = embed_each(session, encoded, history, deadline);
    for (size_t i = 0; i < items.size(); ++i) {
      deadline.check();
      explanations[i].features[history.feature].history =
          shares_of(bundle, session, history, vectors, items[i], deadline);
    }
  }
}

}  // namespace shortlist
