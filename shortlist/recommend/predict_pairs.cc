#include "shortlist/recommend/predict_pairs.h"

#include <algorithm>
#include <iterator>

#include "shortlist/recommend/record_columns.h"

namespace shortlist {
namespace {

std::vector<std::vector<float>> to_rows(ConstMatrix matrix) {
  std::vector<std::vector<float>> rows;
  for (size_t r = 0; r < matrix.rows; ++r) rows.emplace_back(matrix.row(r), matrix.row(r) + matrix.cols);
  return rows;
}

}  // namespace

void check_predicts(const LoadedModel& model) {
  if (model.bundle.spec.labels.empty())
    throw usage_error("predict: the model has no [[ranking]] task, so it predicts nothing");
}

std::vector<float> predict_pair(const LoadedModel& model, const std::vector<Column>& query,
                                const Record& candidate, std::optional<uint32_t> item) {
  check_predicts(model);
  if (!item) return predict_pairs(model, query, to_columns(candidate, model.candidate_columns)).front();
  const SessionPool::Lease session(*model.sessions);
  const FilledQueries filled(model.context, query);
  const ConstMatrix queries = session->embed(filled.columns, kQueryRows);
  return session->rank(queries, model.bundle.towers->item_vectors(), {0}, {*item}).front();
}

std::vector<std::vector<float>> predict_pairs(const LoadedModel& model, const std::vector<Column>& queries,
                                              const std::vector<Column>& candidates, UnseenCounts* unseen) {
  check_predicts(model);
  const SessionPool::Lease session(*model.sessions);
  const auto& [query, candidate] = model.features;
  std::vector<uint64_t> of_query(query.size()), of_candidate(candidate.size());
  const FilledQueries filled(model.context, queries);
  const ConstMatrix q = session->embed(filled.columns, kQueryRows, of_query);
  const ConstMatrix c = session->embed(candidates, kCandidateRows, of_candidate);
  if (unseen != nullptr) {
    *unseen = by_column(query, of_query);
    std::ranges::copy(by_column(candidate, of_candidate), std::back_inserter(*unseen));
  }
  return session->rank(q, c);
}

std::vector<std::vector<float>> predict_pairs(const LoadedModel& model, const std::vector<Column>& queries,
                                              const std::vector<Column>& candidates,
                                              const std::vector<std::optional<uint32_t>>& items) {
  check_predicts(model);
  const SessionPool::Lease session(*model.sessions);
  const ConstMatrix known = model.bundle.towers->item_vectors();
  ConstMatrix embedded;
  if (!std::ranges::all_of(items, [](const auto& item) { return item.has_value(); }))
    embedded = session->embed(candidates, kCandidateRows);
  Buffer memory(items.size(), known.cols);
  const Matrix mixed = memory.view(items.size(), known.cols);
  size_t next = 0;
  for (size_t i = 0; i < items.size(); ++i)
    std::copy_n(items[i] ? known.row(*items[i]) : embedded.row(next++), known.cols, mixed.row(i));
  const FilledQueries filled(model.context, queries);
  const ConstMatrix q = session->embed(filled.columns, kQueryRows);
  return session->rank(q, mixed);
}

std::vector<std::vector<float>> embed_queries(const LoadedModel& model, const std::vector<Column>& queries,
                                              UnseenCounts* unseen) {
  model.bundle.need_towers("embed");
  const SessionPool::Lease session(*model.sessions);
  std::vector<uint64_t> counts(model.features.query.size());
  const FilledQueries filled(model.context, queries);
  auto rows = to_rows(session->embed(filled.columns, kQueryRows, counts));
  if (unseen != nullptr) *unseen = by_column(model.features.query, counts);
  return rows;
}

std::vector<std::vector<float>> embed_candidates(const LoadedModel& model,
                                                 const std::vector<Column>& candidates) {
  model.bundle.need_towers("embed");
  const SessionPool::Lease session(*model.sessions);
  return to_rows(session->embed(candidates, kCandidateRows));
}

}  // namespace shortlist
